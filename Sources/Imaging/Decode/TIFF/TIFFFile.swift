import CTIFFReader
import Telemetry

/// A file that libtiff has open over lent bytes, which must stay in place while it lives.
struct TIFFFile: ~Copyable {
    let header: TIFFHeader
    private let reader: OpaquePointer

    /// The most bytes that libtiff may take in one piece.
    private static let memoryLimit = 512 << 20
    private static let missing = ImagingError(
        .unsupportedFormat,
        operation: OperationName("tiff_header.read", "TIFF header"),
        message: "TIFF is not supported here, as libtiff 4.5 or newer is not installed"
    )

    /// libtiff's version; nil where it is not installed.
    static var libraryVersion: String? {
        // A sentence of which the first line has the number.
        guard let text = tiff_reader_version().map({ String(cString: $0) }) else { return nil }
        return text.split(whereSeparator: \.isNewline).first?.split(separator: " ").last.map(String.init)
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        guard tiff_reader_version() != nil else { throw Self.missing }
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
            throw .endsEarly(operation: OperationName("tiff_header.read", "TIFF header"))
        }
        var info = TIFFReaderInfo()
        var message = [CChar](repeating: 0, count: Int(TIFF_READER_MESSAGE_SIZE))
        guard let reader = tiff_reader_open(base, bytes.count, Self.memoryLimit, &info, &message) else {
            throw ImagingError(
                .damaged,
                operation: OperationName("tiff_header.read", "TIFF header"),
                message: "damaged: \(Self.text(message))"
            )
        }
        do throws(ImagingError) {
            header = try TIFFHeader(info)
        } catch {
            tiff_reader_close(reader)
            throw error
        }
        self.reader = reader
    }

    deinit {
        tiff_reader_close(reader)
    }

    /// The colours of the palette.
    func palette() -> ColourTable? {
        let count = 1 << min(header.bits, 8)
        var colours = [UInt8](repeating: 0, count: count * 3)
        guard tiff_reader_palette(reader, &colours, count) else { return nil }
        return colours.withUnsafeBytes { ColourTable($0[...], stride: 3, order: (red: 0, green: 1, blue: 2)) }
    }

    /// Decodes the strip or tile that holds a pixel.
    ///
    /// - Returns: What is wrong with it.
    func read(
        column: Int,
        row: Int,
        sample: Int,
        into block: UnsafeMutableRawBufferPointer
    ) -> ImagingError? {
        var message = [CChar](repeating: 0, count: Int(TIFF_READER_MESSAGE_SIZE))
        let isThere = tiff_reader_read_block(
            reader,
            UInt32(clamping: column),
            UInt32(clamping: row),
            UInt16(clamping: sample),
            block.bindMemory(to: UInt8.self).baseAddress.unsafelyUnwrapped,
            block.count,
            &message
        )
        guard !isThere else { return nil }
        let text = Self.text(message)
        return text.contains("Read error") || text.contains("Not enough data")
            ? .endsEarly(operation: OperationName("tiff.decode", "TIFF"))
            : ImagingError(.damaged, operation: OperationName("tiff.decode", "TIFF"), message: "damaged: \(text)")
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
