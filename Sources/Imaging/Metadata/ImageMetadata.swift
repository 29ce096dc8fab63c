/// What a camera writes beside the pixels, in EXIF, of a JPEG or a TIFF.
package struct ImageMetadata: Sendable, Equatable {
    /// The first bytes of a file in which it is looked for: what stands in a JPEG before the picture is seldom more.
    package static let headBytes = 256 << 10

    /// When the picture was taken; nil where nothing says so.
    package let capturedAt: CaptureTime?
    /// How the picture is to be turned to be seen upright, 1 (not at all) to 8.
    package let orientation: Int

    /// Reads the metadata; what is not there, cut off or makes no sense is left out.
    ///
    /// - Parameter head: The first bytes of a file, which may be anything.
    package init(of head: [UInt8]) {
        guard let block = Self.block(in: head), let main = block.directory(at: block.firstDirectory) else {
            capturedAt = nil
            orientation = 1
            return
        }
        let camera = block.number(.camera, in: main).flatMap { block.directory(at: $0) }
        let texts = [
            camera.flatMap { block.text(.taken, in: $0) }, camera.flatMap { block.text(.digitized, in: $0) },
            block.text(.changed, in: main),
        ]
        capturedAt = texts.lazy.compactMap { $0.flatMap { CaptureTime(exif: $0) } }.first
        orientation = block.number(.orientation, in: main).flatMap { (1...8).contains($0) ? $0 : nil } ?? 1
    }

    /// Where EXIF is: a TIFF is it, a JPEG has it in a segment before the picture.
    private static func block(in head: [UInt8]) -> EXIFBlock? {
        guard head.starts(with: [0xFF, 0xD8]) else { return EXIFBlock(head[...]) }
        return head.withUnsafeBytes { bytes in
            var segments = JPEGSegments(bytes: bytes, position: 2)
            while let segment = try? segments.next(), segment.marker != 0xDA {
                guard segment.marker == 0xE1, segment.payload.starts(with: Array("Exif\0\0".utf8)) else { continue }
                return EXIFBlock(head[(segment.payload.startIndex + 6)..<segment.payload.endIndex])
            }
            return nil
        }
    }
}
