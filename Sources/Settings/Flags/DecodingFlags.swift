/// For a command whose images are files: decoding them, without fetching.
package enum DecodingFlags: FlagSelection {
    package static var settings: [any AnySetting] {
        let images = ImageSettings()
        return [
            images.decodeThreads, images.maxBytes, images.maxPixels, images.maxScans, images.decodeTimeout,
            images.damaged, MemorySettings().pixelBudget,
        ]
    }
}
