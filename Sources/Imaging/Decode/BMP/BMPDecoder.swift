import Telemetry

/// Decodes a Windows bitmap.
///
/// Ours and not a library's: there is none that only does this, and those that do more leave open which bits are which colour. Every
/// byte is looked for before it is read.
struct BMPDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits

    private static let operation = OperationName("bmp.decode", "BMP")

    /// Reads size and packing.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let header = try BMPHeader(parsing: bytes)
        return try ImageHeader(
            .bmp,
            width: header.width,
            height: header.height,
            details: .bmp(header),
            within: limits
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// - Returns: The pixels, and what is wrong with them: those that are missing are black.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: BMPHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        var isWhole = false
        let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) {
            pixels throws(ImagingError) in
            pixels.initializeMemory(as: UInt8.self, repeating: 0)
            let canvas = Canvas(header: header, pixels: pixels, clock: DecodingClock(limits, operation: Self.operation))
            let data = bytes[min(header.start, bytes.count)...]
            switch header.packing {
            case .indexed(let bits, let table): isWhole = try canvas.fill(data, bits: bits, table)
            case .runs(let bits, let table): isWhole = try canvas.fillRuns(data, bits: bits, table)
            case .masked(let byteCount, let red, let green, let blue):
                isWhole = try canvas.fill(data, byteCount: byteCount, red: red, green: green, blue: blue)
            }
        }
        let damage = isWhole ? nil : ImagingError.endsEarly(operation: Self.operation)
        return DecodedImage(pixels: pixels, damage: damage)
    }
}

/// The pixels while they are written, in the order of the file's rows.
private struct Canvas {
    let header: BMPHeader
    let pixels: UnsafeMutableRawBufferPointer
    let clock: DecodingClock

    /// Where the first pixel of a row goes.
    private func place(of row: Int) -> Int {
        (header.isBottomUp ? header.height - 1 - row : row) * header.width * 3
    }

    /// Each row fills whole words of four bytes.
    private func pitch(bits: Int) -> Int { (header.width * bits + 31) / 32 * 4 }

    /// The rows that are there, of numbers of colours.
    func fill(
        _ data: Slice<UnsafeRawBufferPointer>,
        bits: Int,
        _ table: ColourTable
    ) throws(ImagingError) -> Bool {
        let pitch = pitch(bits: bits)
        let perByte = 8 / bits
        let needed = (header.width * bits + 7) / 8
        for row in 0..<header.height {
            let start = data.startIndex + row * pitch
            guard start + needed <= data.endIndex else { return false }
            if row % 64 == 0 { try clock.check() }
            let place = place(of: row)
            for column in 0..<header.width {
                let byte = data[start + column / perByte]
                let number = byte >> UInt8(8 - bits - column % perByte * bits) & UInt8(1 << bits - 1)
                table.write(number, to: pixels, at: place + column * 3)
            }
        }
        return true
    }

    /// The rows that are there, of colours.
    func fill(
        _ data: Slice<UnsafeRawBufferPointer>,
        byteCount: Int,
        red: BMPHeader.Mask,
        green: BMPHeader.Mask,
        blue: BMPHeader.Mask
    ) throws(ImagingError) -> Bool {
        let pitch = pitch(bits: byteCount * 8)
        for row in 0..<header.height {
            let start = data.startIndex + row * pitch
            guard start + header.width * byteCount <= data.endIndex else { return false }
            if row % 64 == 0 { try clock.check() }
            var place = place(of: row)
            for column in 0..<header.width {
                var number: UInt32 = 0
                for byte in 0..<byteCount {
                    number |= UInt32(data[start + column * byteCount + byte]) << UInt32(byte * 8)
                }
                pixels[place] = red.level(number)
                pixels[place + 1] = green.level(number)
                pixels[place + 2] = blue.level(number)
                place += 3
            }
        }
        return true
    }

    /// Runs of numbers, and marks that move on: whether they come to an end, or fill the picture.
    func fillRuns(
        _ data: Slice<UnsafeRawBufferPointer>,
        bits: Int,
        _ table: ColourTable
    ) throws(ImagingError) -> Bool {
        var position = data.startIndex
        var (row, column) = (0, 0)
        var steps = 0
        while row < header.height {
            guard position + 2 <= data.endIndex else { return false }
            let (count, value) = (Int(data[position]), data[position + 1])
            position += 2
            steps += 1
            if steps % 4_096 == 0 { try clock.check() }
            switch (count, value) {
            case (0, 0): (row, column) = (row + 1, 0)
            case (0, 1): return true
            case (0, 2):
                guard position + 2 <= data.endIndex else { return false }
                column += Int(data[position])
                row += Int(data[position + 1])
                position += 2
            case (0, _):
                let byteCount = (Int(value) * bits + 7) / 8
                guard position + byteCount <= data.endIndex else { return false }
                for index in 0..<Int(value) {
                    let byte = data[position + index * bits / 8]
                    let number = bits == 8 ? byte : (index % 2 == 0 ? byte >> 4 : byte & 15)
                    put(number, row, &column, table)
                }
                // Up to a whole word of two bytes.
                position += byteCount + byteCount % 2
            default:
                for index in 0..<count {
                    put(bits == 8 ? value : (index % 2 == 0 ? value >> 4 : value & 15), row, &column, table)
                }
            }
        }
        return true
    }

    private func put(_ number: UInt8, _ row: Int, _ column: inout Int, _ table: ColourTable) {
        guard column < header.width else { return }
        table.write(number, to: pixels, at: place(of: row) + column * 3)
        column += 1
    }
}
