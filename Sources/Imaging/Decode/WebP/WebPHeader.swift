import Telemetry

/// The chunks of a WebP up to the data of its first picture.
struct WebPHeader: Equatable {
    /// The size of the canvas.
    let width: Int
    let height: Int
    /// Where the first picture lies on the canvas.
    private(set) var x = 0
    private(set) var y = 0
    private(set) var frameWidth = 0
    private(set) var frameHeight = 0
    /// The first picture's chunk, with its name and length.
    private(set) var data: Range<Int> = 0..<0
    private(set) var isLossless = false
    /// Whether the file ends before that chunk does.
    private(set) var isCut = false

    private static let operation = OperationName("webp_header.read", "WebP header")
    private static let cut = ImagingError(.truncated, operation: operation, message: "the file ends inside its header")

    init(parsing bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        let file = LittleEndian(bytes: bytes)
        var position = 12
        var canvas: (width: Int, height: Int)?
        while true {
            guard let length = file.uint32(at: position + 4) else { throw Self.cut }
            let payload = position + 8
            if file.has("VP8X", at: position) {
                guard let width = file.uint24(at: payload + 4), let height = file.uint24(at: payload + 7) else {
                    throw Self.cut
                }
                canvas = (width + 1, height + 1)
            } else if file.has("ANMF", at: position) {
                // The first picture of a moving one: its place, and chunks of its own.
                guard let x = file.uint24(at: payload), let y = file.uint24(at: payload + 3) else { throw Self.cut }
                (self.x, self.y) = (x * 2, y * 2)
                position = payload + 16
                continue
            } else if file.has("VP8 ", at: position) || file.has("VP8L", at: position) {
                isLossless = file.has("VP8L", at: position)
                (frameWidth, frameHeight) = try Self.size(in: file, at: payload, isLossless: isLossless)
                data = position..<min(payload + length, bytes.count)
                isCut = payload + length > bytes.count
                width = canvas?.width ?? frameWidth
                height = canvas?.height ?? frameHeight
                guard x + frameWidth <= width, y + frameHeight <= height else {
                    throw Self.damaged("a picture that is larger than its canvas")
                }
                return
            }
            // Chunks have an even length.
            position = payload + length + length % 2
            guard position < bytes.count else { throw Self.cut }
        }
    }

    private static func size(
        in file: LittleEndian,
        at payload: Int,
        isLossless: Bool
    ) throws(ImagingError) -> (width: Int, height: Int) {
        if isLossless {
            guard let mark = file.byte(at: payload), let bits = file.uint32(at: payload + 1) else { throw cut }
            guard mark == 0x2F else { throw damaged("no picture where one should be") }
            return (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        }
        guard let mark = file.uint24(at: payload + 3), let width = file.uint16(at: payload + 6),
            let height = file.uint16(at: payload + 8)
        else { throw cut }
        guard mark == 0x2A019D else { throw damaged("no picture where one should be") }
        return (width & 0x3FFF, height & 0x3FFF)
    }

    private static func damaged(_ what: String) -> ImagingError {
        ImagingError(.damaged, operation: operation, message: "damaged: \(what)")
    }
}
