import Telemetry

/// A GIF up to the data of its first picture.
struct GIFHeader: Equatable {
    /// A rectangle of the screen.
    struct Frame: Equatable {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
    }

    /// The size of the screen, and of the first picture where that is larger.
    let width: Int
    let height: Int
    /// Where the first picture lies on the screen.
    let frame: Frame
    private let isInterlaced: Bool
    let table: ColourTable
    /// The number of the colour around the first picture.
    let background: UInt8
    /// Where the first picture's data begins: the width of its codes, then its blocks.
    let start: Int

    private static let operation = OperationName("gif_header.read", "GIF header")
    private static let cut = ImagingError(.truncated, operation: operation, message: "the file ends inside its header")

    init(parsing bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        let file = LittleEndian(bytes: bytes)
        guard let screenWidth = file.uint16(at: 6), let screenHeight = file.uint16(at: 8),
            let flags = file.byte(at: 10)
        else { throw Self.cut }
        var position = 13
        var screenTable: ColourTable?
        if flags & 0x80 != 0 { screenTable = try Self.table(bytes, flags, &position) }
        var background: UInt8 = 0
        while true {
            guard let kind = file.byte(at: position) else { throw Self.cut }
            position += 1
            switch kind {
            case 0x21:
                // The control of the first picture; its colour that is to be seen through is what lies around it.
                let isControl = file.byte(at: position) == 0xF9 && (file.byte(at: position + 1) ?? 0) >= 4
                if isControl, (file.byte(at: position + 2) ?? 0) & 1 != 0 {
                    background = file.byte(at: position + 5) ?? 0
                }
                position += 1
                while let size = file.byte(at: position), size > 0 { position += 1 + Int(size) }
                position += 1
            case 0x2C:
                guard let x = file.uint16(at: position), let y = file.uint16(at: position + 2),
                    let width = file.uint16(at: position + 4), let height = file.uint16(at: position + 6),
                    let flags = file.byte(at: position + 8)
                else { throw Self.cut }
                position += 9
                let ownTable = flags & 0x80 == 0 ? nil : try Self.table(bytes, flags, &position)
                frame = Frame(x: x, y: y, width: width, height: height)
                isInterlaced = flags & 0x40 != 0
                table = ownTable ?? screenTable ?? .greys
                self.background = background
                self.width = max(screenWidth, x + width)
                self.height = max(screenHeight, y + height)
                start = position
                return
            case 0x3B:
                throw ImagingError(
                    .damaged,
                    operation: Self.operation,
                    message: "the file ends before it holds an image"
                )
            default:
                // Between blocks there may be filling.
                break
            }
        }
    }

    /// The rows of the first picture in the order of the file.
    var rows: [Int] {
        guard isInterlaced else { return Array(0..<frame.height) }
        return [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { first, step in
            Array(stride(from: first, to: frame.height, by: step))
        }
    }

    private static func table(
        _ bytes: UnsafeRawBufferPointer,
        _ flags: UInt8,
        _ position: inout Int
    ) throws(ImagingError) -> ColourTable {
        let size = 3 << (Int(flags & 7) + 1)
        guard position + size <= bytes.count else { throw cut }
        defer { position += size }
        return ColourTable(bytes[position..<(position + size)], stride: 3, order: (red: 0, green: 1, blue: 2))
    }
}
