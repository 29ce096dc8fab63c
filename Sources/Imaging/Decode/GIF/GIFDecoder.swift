import Telemetry

/// Decodes the first picture of a GIF, on its screen.
///
/// Ours and not giflib's: the format is a table, blocks and one loop, where what giflib does with a broken file is written nowhere.
/// Every byte is looked for before it is read.
struct GIFDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits

    private static let operation = OperationName("gif.decode", "GIF")

    /// Reads sizes and colours.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let header = try GIFHeader(parsing: bytes)
        return try ImageHeader(
            .gif,
            width: header.width,
            height: header.height,
            details: .gif(header),
            within: limits
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// - Returns: The pixels, and what is wrong with them: those that are missing have the colour that is around the picture.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: GIFHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        let clock = DecodingClock(limits, operation: Self.operation)
        var damage: ImagingError?
        let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) {
            pixels throws(ImagingError) in
            for pixel in 0..<(header.width * header.height) {
                header.table.write(header.background, to: pixels, at: pixel * 3)
            }
            damage = try fill(pixels, from: bytes, header, clock)
        }
        return DecodedImage(pixels: pixels, damage: damage)
    }

    private func fill(
        _ pixels: UnsafeMutableRawBufferPointer,
        from bytes: UnsafeRawBufferPointer,
        _ header: GIFHeader,
        _ clock: DecodingClock
    ) throws(ImagingError) -> ImagingError? {
        let frame = header.frame
        guard frame.width > 0, frame.height > 0 else { return nil }
        guard var codes = GIFCodes(bytes, at: header.start) else {
            return Self.damage("codes of an impossible width")
        }
        let rows = header.rows
        var (row, column) = (0, 0)
        while row < rows.count {
            switch codes.next() {
            case .end:
                // An encoder may say that this is all; the rest keeps its colour.
                return nil
            case .cut:
                return .endsEarly(operation: Self.operation)
            case .wrong:
                return Self.damage("a code that stands for nothing")
            case .numbers(let numbers):
                for number in numbers where row < rows.count {
                    let place = (frame.y + rows[row]) * header.width + frame.x + column
                    header.table.write(codes.output[number], to: pixels, at: place * 3)
                    column += 1
                    guard column == frame.width else { continue }
                    (row, column) = (row + 1, 0)
                    if row % 64 == 0 { try clock.check() }
                }
            }
        }
        return nil
    }

    private static func damage(_ what: String) -> ImagingError {
        ImagingError(.damaged, operation: operation, message: "damaged: \(what)")
    }
}

/// The codes of a GIF's picture (LZW of 3 to 12 bits), and what they stand for.
private struct GIFCodes {
    enum Step {
        /// Numbers of colours, at these places of the output.
        case numbers(Range<Int>)
        case end
        case cut
        case wrong
    }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    /// Bytes left in the current block.
    private var left = 0
    private var bits: UInt32 = 0
    private var bitCount = 0

    private let rootBits: Int
    private var width: Int
    /// The byte that each code adds, and the code it adds it to.
    private var suffixes = [UInt8](repeating: 0, count: 4_096)
    private var prefixes = [Int](repeating: 0, count: 4_096)
    private var count: Int
    private var previous: Int?
    private var first: UInt8 = 0
    /// A code's numbers, from its end.
    private(set) var output = [UInt8](repeating: 0, count: 4_097)

    /// nil for a width that codes cannot have; what is cut off shows later.
    init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        let rootBits = start < bytes.count ? Int(bytes[start]) : 8
        guard (1...11).contains(rootBits) else { return nil }
        self.bytes = bytes
        self.rootBits = rootBits
        position = start + 1
        width = rootBits + 1
        count = (1 << rootBits) + 2
        for root in 0..<(1 << rootBits) { suffixes[root] = UInt8(truncatingIfNeeded: root) }
    }

    private var clearCode: Int { 1 << rootBits }

    mutating func next() -> Step {
        while true {
            guard let code = nextCode() else { return .cut }
            if code == clearCode {
                (width, count, previous) = (rootBits + 1, clearCode + 2, nil)
                continue
            }
            if code == clearCode + 1 { return .end }
            return numbers(of: code)
        }
    }

    private mutating func numbers(of code: Int) -> Step {
        var start = output.count
        var rest = code
        if let previous {
            guard code <= count else { return .wrong }
            if code == count {
                // What is about to be added: the previous code, and its first number again.
                start -= 1
                output[start] = first
                rest = previous
            }
        } else {
            guard code < clearCode else { return .wrong }
        }
        while rest >= clearCode {
            start -= 1
            output[start] = suffixes[rest]
            rest = prefixes[rest]
        }
        start -= 1
        output[start] = suffixes[rest]
        first = output[start]
        if let previous, count < 4_096 {
            suffixes[count] = first
            prefixes[count] = previous
            count += 1
            if count == 1 << width, width < 12 { width += 1 }
        }
        previous = code
        return .numbers(start..<output.count)
    }

    private mutating func nextCode() -> Int? {
        while bitCount < width {
            while left == 0 {
                guard position < bytes.count, bytes[position] > 0 else { return nil }
                left = Int(bytes[position])
                position += 1
            }
            guard position < bytes.count else { return nil }
            bits |= UInt32(bytes[position]) << UInt32(bitCount)
            bitCount += 8
            position += 1
            left -= 1
        }
        defer {
            bits >>= UInt32(width)
            bitCount -= width
        }
        return Int(bits & (1 << UInt32(width) - 1))
    }
}
