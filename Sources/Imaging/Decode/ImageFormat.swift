/// The image formats that are read.
package enum ImageFormat: String, Sendable, CaseIterable {
    /// JPEG: baseline or progressive, 8 bits a sample.
    case jpeg = "JPEG"
    /// PNG: every colour type and depth.
    case png = "PNG"
    /// WebP: lossy or lossless; of a moving one the first picture.
    case webp = "WebP"
    /// TIFF: grey, palette, RGB, CMYK of up to 8 bits, grey and RGB of 16; the first page.
    case tiff = "TIFF"
    /// Windows bitmap: numbers of colours, runs of them, or colours of 16 to 32 bits.
    case bmp = "BMP"
    /// GIF: the first picture.
    case gif = "GIF"

    /// The endings of its files' names, in small letters and without the dot.
    package var fileExtensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg"]
        case .png: ["png"]
        case .webp: ["webp"]
        case .tiff: ["tif", "tiff"]
        case .bmp: ["bmp"]
        case .gif: ["gif"]
        }
    }

    /// The format that a file's name promises; nil for a name that promises none.
    ///
    /// What the file is, its bytes say.
    package init?(fileName: some StringProtocol) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, let ending = parts.last?.lowercased(),
            let format = Self.allCases.first(where: { $0.fileExtensions.contains(ending) })
        else { return nil }
        self = format
    }
}
