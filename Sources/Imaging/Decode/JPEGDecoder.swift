/// Decodes a JPEG by libjpeg-turbo with its default flags: the accurate integer DCT and smooth upsampling, whose pixels
/// are those of Pillow.
///
/// With chroma of half the width and height, which is nearly all cameras, the planes are kept as they are, and become RGB where somebody
/// looks.
enum JPEGDecoder {
    private static let operation = "decode JPEG"

    /// Decodes `bytes`, whose header was read and found within the limits.
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> PixelBuffer {
        guard header.firstScan != nil else {
            throw ImagingError(.truncated, message: "the file ends inside its header", operation: operation)
        }
        guard header.components == 4 else {
            let layout = header.layout
            return try PixelBuffer(pool: pool, layout: layout, height: header.height, width: header.width) {
                pixels throws(ImagingError) in
                try decode(bytes, header: header, output: layout == .rgb ? .rgb : .planes420, to: pixels)
            }
        }
        // libjpeg turns YCCK into CMYK but neither into RGB.
        let cmyk = try pool.lease(byteCount: header.width * header.height * 4)
        try decode(bytes, header: header, output: .cmyk, to: cmyk.bytes)
        return try PixelBuffer(pool: pool, height: header.height, width: header.width) { pixels in
            CMYK.convertInverted(UnsafeRawBufferPointer(cmyk.bytes), toRGB: pixels)
        }
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        output: TurboJPEGDecompressor.Output,
        to pixels: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        let decompressor = try TurboJPEGDecompressor()
        switch decompressor.run(bytes, header: header, output: output, to: pixels) {
        case .decoded:
            return
        case .failed(let message, let nativeCode):
            throw damage(message, nativeCode)
        case .warned(let message, let nativeCode):
            // libjpeg warns where it invents pixels, so a warning is damage; with one exception. Some cameras write
            // filling between the last MCU and the end marker, and libjpeg says so when it looks for that marker, with
            // every pixel decoded. It keeps only its first warning; after this one none can follow, except in a file
            // with restart markers, where the end marker may have been met in place of a restart.
            guard message.hasSuffix(endOfImageSuffix) else { throw damage(message, nativeCode) }
            guard header.restartInterval > 0 else { return }
            try decodeAgainWithoutFilling(bytes, header: header, output: output, warning: message, to: pixels)
        }
    }

    /// Repeats a decode with the bytes before the end marker turned into FF.
    ///
    /// The format allows any number of them there, and libjpeg takes them without a word. A warning that is left was
    /// hidden behind the first.
    private static func decodeAgainWithoutFilling(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        output: TurboJPEGDecompressor.Output,
        warning: String,
        to pixels: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        guard let count = warning.split(separator: " ").lazy.compactMap({ Int($0) }).first,
            let end = try endOfImage(bytes, from: header.firstScan ?? 0), end >= count
        else { throw damage(warning, nil) }
        var copy = Array(bytes)
        for index in (end - count)..<end { copy[index] = 0xFF }
        let decompressor = try TurboJPEGDecompressor()
        let outcome = copy.withUnsafeBytes { decompressor.run($0, header: header, output: output, to: pixels) }
        switch outcome {
        case .decoded: return
        case .warned(let message, let nativeCode), .failed(let message, let nativeCode):
            throw damage(message, nativeCode)
        }
    }

    /// Where the end marker stands.
    private static func endOfImage(_ bytes: UnsafeRawBufferPointer, from scan: Int) throws(ImagingError) -> Int? {
        var segments = JPEGSegments(bytes: bytes, position: scan)
        while let segment = try segments.next() {
            if segment.marker == 0xD9 { return segments.position - 2 }
        }
        return nil
    }

    private static func damage(_ message: String, _ nativeCode: Int?) -> ImagingError {
        let endsEarly = message.hasPrefix("Premature end of JPEG file")
        return ImagingError(
            endsEarly ? .truncated : .damaged,
            nativeCode: nativeCode,
            message: endsEarly ? "the file ends before the picture does" : "damaged: \(message)",
            operation: operation
        )
    }

    private static let endOfImageSuffix = "extraneous bytes before marker 0xd9"
}
