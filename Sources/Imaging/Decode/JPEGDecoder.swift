import CTurboJPEG

/// Decodes a JPEG by libjpeg-turbo with its default flags: the accurate integer DCT and smooth upsampling, whose pixels
/// are those of Pillow.
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
        // libjpeg turns YCCK into CMYK but neither into RGB.
        guard header.components == 4 else {
            return try PixelBuffer(pool: pool, height: header.height, width: header.width) {
                pixels throws(ImagingError) in
                try decode(bytes, header: header, format: TJPF_RGB, to: pixels)
            }
        }
        let cmyk = try pool.lease(byteCount: header.width * header.height * 4)
        try decode(bytes, header: header, format: TJPF_CMYK, to: cmyk.bytes)
        return try PixelBuffer(pool: pool, height: header.height, width: header.width) { pixels in
            CMYK.convertInverted(UnsafeRawBufferPointer(cmyk.bytes), toRGB: pixels)
        }
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        format: TJPF,
        to pixels: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        let decompressor = try TurboJPEGDecompressor()
        switch decompressor.run(bytes, header: header, format: format, to: pixels) {
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
            try decodeAgainWithoutFilling(bytes, header: header, format: format, warning: message, to: pixels)
        }
    }

    /// Repeats a decode with the bytes before the end marker turned into FF.
    ///
    /// The format allows any number of them there, and libjpeg takes them without a word. A warning that is left was
    /// hidden behind the first.
    private static func decodeAgainWithoutFilling(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        format: TJPF,
        warning: String,
        to pixels: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) {
        guard let count = warning.split(separator: " ").lazy.compactMap({ Int($0) }).first,
            let end = try endOfImage(bytes, from: header.firstScan ?? 0), end >= count
        else { throw damage(warning, nil) }
        var copy = Array(bytes)
        for index in (end - count)..<end { copy[index] = 0xFF }
        let decompressor = try TurboJPEGDecompressor()
        let outcome = copy.withUnsafeBytes { decompressor.run($0, header: header, format: format, to: pixels) }
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

/// A TurboJPEG decompressor.
///
/// One a picture: making it takes microseconds, decoding tens of milliseconds.
private struct TurboJPEGDecompressor: ~Copyable {
    enum Outcome {
        case decoded
        /// All rows were written, some perhaps invented; the message is that of the first warning.
        case warned(message: String, nativeCode: Int)
        case failed(message: String, nativeCode: Int)
    }

    private let handle: tjhandle

    init() throws(ImagingError) {
        guard let handle = tjInitDecompress() else {
            throw ImagingError(.outOfMemory, message: "libjpeg-turbo did not start", operation: "decode JPEG")
        }
        self.handle = handle
    }

    deinit {
        tjDestroy(handle)
    }

    /// Writes the picture into `pixels`, which holds `header`'s rows of packed pixels of `format`.
    ///
    /// Width and height are passed on: should libjpeg read another size than `header` did, it scales down or refuses,
    /// and never writes more than there is room for.
    func run(
        _ bytes: UnsafeRawBufferPointer,
        header: JPEGHeader,
        format: TJPF,
        to pixels: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        let samples = format == TJPF_CMYK ? 4 : 3
        precondition(pixels.count >= header.width * header.height * samples, "the picture has no room")
        let status = tjDecompress2(
            handle,
            bytes.bindMemory(to: UInt8.self).baseAddress,
            UInt(bytes.count),
            pixels.bindMemory(to: UInt8.self).baseAddress,
            Int32(header.width),
            Int32(header.width * samples),
            Int32(header.height),
            Int32(format.rawValue),
            // A small file of thousands of empty scans would keep the processor busy for hours.
            TJFLAG_LIMITSCANS
        )
        guard status != 0 else { return .decoded }
        let code = tjGetErrorCode(handle)
        let message = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
        return code == Int32(TJERR_WARNING.rawValue)
            ? .warned(message: message, nativeCode: Int(code)) : .failed(message: message, nativeCode: Int(code))
    }
}
