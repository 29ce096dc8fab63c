import Telemetry

/// Tells what a body is by its first bytes, so that an error can name it.
enum ImageSniffer {
    private static let operation = OperationName("image.read", "image")

    /// The format of `bytes`.
    /// - Throws: `ImagingError` with `.empty`, `.truncated`, `.notAnImage` or `.unsupportedFormat`.
    static func format(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageFormat {
        guard !bytes.isEmpty else {
            throw ImagingError(.empty, operation: operation, message: "the body is empty")
        }
        for (format, signature) in signatures {
            if bytes.starts(with: signature) { return format }
            if bytes.count < signature.count, signature.starts(with: bytes) {
                throw ImagingError(
                    .truncated,
                    operation: operation,
                    message: "the body ends after \(bytes.count) bytes, inside the signature of a \(format.rawValue)"
                )
            }
        }
        if let format = markedFormat(bytes) { return format }
        if let other = otherImage(bytes) {
            throw ImagingError(
                .unsupportedFormat,
                operation: operation,
                message: "\(other) is not supported; JPEG, PNG, WebP, TIFF, BMP and GIF are"
            )
        }
        throw ImagingError(
            .notAnImage,
            operation: operation,
            message: otherBody(bytes) ?? "this is no known image; it starts with \(hexadecimal(bytes.prefix(8)))"
        )
    }

    private static let signatures: [(ImageFormat, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF]),
        (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.tiff, [0x49, 0x49, 0x2A, 0]),
        (.tiff, [0x4D, 0x4D, 0, 0x2A]),
        // BigTIFF, of addresses of 8 bytes.
        (.tiff, [0x49, 0x49, 0x2B, 0]),
        (.tiff, [0x4D, 0x4D, 0, 0x2B]),
        (.gif, Array("GIF87a".utf8)),
        (.gif, Array("GIF89a".utf8)),
    ]

    /// The formats whose mark is more than their first bytes.
    private static func markedFormat(_ bytes: UnsafeRawBufferPointer) -> ImageFormat? {
        let file = LittleEndian(bytes: bytes)
        if file.has("RIFF", at: 0), file.has("WEBP", at: 8) { return .webp }
        // Two letters are few: the length of the second header makes sure.
        if file.has("BM", at: 0), let size = file.uint32(at: 14), (12...124).contains(size) { return .bmp }
        return nil
    }

    /// The name of an image format that is not read here.
    private static func otherImage(_ bytes: UnsafeRawBufferPointer) -> String? {
        func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
        if has("ftyp", at: 4) {
            for brand in ["avif", "avis"] where has(brand, at: 8) { return "AVIF" }
            for brand in ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"] where has(brand, at: 8) {
                return "HEIC"
            }
            return "video or another ISO media file"
        }
        if has("jP  \r\n", at: 4) || bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) { return "JPEG 2000" }
        if has("JXL ", at: 4) || bytes.starts(with: [0xFF, 0x0A]) { return "JPEG XL" }
        if has("8BPS") { return "Photoshop PSD" }
        if bytes.starts(with: [0, 0, 1, 0]) { return "ICO" }
        if has("P"), bytes.count > 2, (0x31...0x37).contains(bytes[1]), bytes[2] <= 0x20 { return "PNM" }
        return nil
    }

    /// A clause that names a body which is no image at all.
    private static func otherBody(_ bytes: UnsafeRawBufferPointer) -> String? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0).drop { $0 <= 0x20 }.prefix(256)
        let lowercase = String(decoding: text, as: UTF8.self).lowercased()
        if lowercase.hasPrefix("<!doctype html") || lowercase.hasPrefix("<html") || lowercase.contains("<head") {
            return "this is an HTML page, not an image"
        }
        if lowercase.hasPrefix("<svg") || lowercase.hasPrefix("<?xml") || lowercase.hasPrefix("<") {
            return lowercase.contains("<svg")
                ? "this is an SVG drawing, not a photograph" : "this is an XML document, not an image"
        }
        if lowercase.hasPrefix("{") || lowercase.hasPrefix("[") { return "this is a JSON document, not an image" }
        if lowercase.hasPrefix("%pdf") { return "this is a PDF document, not an image" }
        if bytes.starts(with: [0x1F, 0x8B]) { return "this is gzip data, not an image" }
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) { return "this is a ZIP archive, not an image" }
        let isText = bytes.prefix(64).allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || (0x09...0x0D).contains($0) }
        return isText ? "this is plain text, not an image" : nil
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    }
}
