import Telemetry

/// Decodes the first page of a TIFF by libtiff, where it is installed.
///
/// Strips and tiles are decoded one by one into memory of their size, and their samples become pixels here: libtiff's own way to RGB
/// multiplies by alpha and rounds 16 bits, which Pillow does not.
struct TIFFDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits

    private static let operation = OperationName("tiff.decode", "TIFF")

    /// Reads the first directory.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let header = try TIFFFile(bytes).header
        let image = try ImageHeader(
            .tiff,
            width: header.orientation.swapsSides ? header.height : header.width,
            height: header.orientation.swapsSides ? header.width : header.height,
            scratchByteCount: header.blockByteCount,
            details: .tiff(header),
            within: limits
        )
        // A block is what memory is taken for, whatever the picture is.
        try limits.check(width: header.blockWidth, height: header.blockHeight, of: .tiff)
        guard header.blockByteCount / header.blockHeight >= header.pitch,
            header.blockByteCount / TIFFHeader.maximumPixelByteCount <= limits.pixels
        else { throw Self.damage("blocks that do not fit the picture") }
        return image
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// - Returns: The pixels, and what is wrong with them: blocks that cannot be read are black.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: TIFFHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        let file = try TIFFFile(bytes)
        guard file.header == header else { throw Self.damage("another header than before") }
        var palette = ColourTable.greys
        if header.kind == .palette {
            guard let colours = file.palette() else { throw Self.damage("no colours for its palette") }
            palette = colours
        }
        let block = try pool.lease(byteCount: header.blockByteCount)
        let size =
            header.orientation.swapsSides
            ? (height: header.width, width: header.height) : (height: header.height, width: header.width)
        let clock = DecodingClock(limits, operation: Self.operation)
        var damage: ImagingError?
        let pixels = try PixelBuffer(pool: pool, height: size.height, width: size.width) {
            pixels throws(ImagingError) in
            pixels.initializeMemory(as: UInt8.self, repeating: 0)
            let samples = TIFFSamples(header: header, palette: palette, block: block.bytes, pixels: pixels)
            for row in stride(from: 0, to: header.height, by: header.blockHeight) {
                for column in stride(from: 0, to: header.width, by: header.blockWidth) {
                    for plane in 0..<header.planes {
                        try clock.check()
                        damage = file.read(column: column, row: row, sample: plane, into: block.bytes)
                        guard damage == nil else { return }
                        samples.write(column: column, row: row, plane: plane)
                    }
                }
            }
        }
        return DecodedImage(pixels: pixels, damage: damage)
    }

    private static func damage(_ what: String) -> ImagingError {
        ImagingError(.damaged, operation: operation, message: "damaged: \(what)")
    }
}

/// A decoded strip or tile, and the pixels that its samples become.
private struct TIFFSamples {
    let header: TIFFHeader
    let palette: ColourTable
    let block: UnsafeMutableRawBufferPointer
    let pixels: UnsafeMutableRawBufferPointer

    /// Writes what the block has of the picture.
    func write(column first: Int, row top: Int, plane: Int) {
        let columns = min(header.blockWidth, header.width - first)
        for row in 0..<min(header.blockHeight, header.height - top) {
            let line = row * header.pitch
            for column in 0..<columns {
                let place = header.orientation.place(
                    column: first + column,
                    row: top + row,
                    width: header.width,
                    height: header.height
                )
                write(line: line, column: column, plane: plane, to: place * 3)
            }
        }
    }

    private func write(line: Int, column: Int, plane: Int, to place: Int) {
        let start = column * (header.isPlanar ? 1 : header.samples)
        switch header.kind {
        case .grey(let isInverted):
            let scale = 255 / (1 << min(header.bits, 8) - 1)
            let level = UInt8(truncatingIfNeeded: number(line, start) * scale)
            fill(isInverted ? 255 - level : level, place)
        case .deepGrey:
            // As of a PNG: Pillow cuts off at 255.
            fill(UInt8(clamping: number(line, start)), place)
        case .palette:
            palette.write(UInt8(truncatingIfNeeded: number(line, start)), to: pixels, at: place)
        case .rgb where header.isPlanar:
            pixels[place + plane] = level(line, start)
        case .rgb(let isMultiplied):
            let alpha = isMultiplied ? Int(level(line, start + 3)) : 255
            for channel in 0..<3 {
                let level = level(line, start + channel)
                pixels[place + channel] =
                    alpha == 255 ? level : alpha == 0 ? 0 : UInt8(clamping: Int(level) * 255 / alpha)
            }
        case .cmyk:
            let light = 255 - Int(level(line, start + 3))
            for channel in 0..<3 {
                pixels[place + channel] = CMYK.level(ink: Int(level(line, start + channel)), light: light)
            }
        }
    }

    private func fill(_ level: UInt8, _ place: Int) {
        for channel in 0..<3 { pixels[place + channel] = level }
    }

    /// A sample as a byte: of 16 bits the high one.
    private func level(_ line: Int, _ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: header.bits == 16 ? number(line, index) >> 8 : number(line, index))
    }

    private func number(_ line: Int, _ index: Int) -> Int {
        switch header.bits {
        case 16: return Int(block.loadUnaligned(fromByteOffset: line + index * 2, as: UInt16.self))
        case 8: return Int(block[line + index])
        default:
            let shift = 8 - header.bits - index * header.bits % 8
            return Int(block[line + index * header.bits / 8]) >> shift & (1 << header.bits - 1)
        }
    }
}
