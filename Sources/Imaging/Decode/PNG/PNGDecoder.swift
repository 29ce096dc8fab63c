import CSPNG
import Telemetry

/// Decodes a PNG by libspng.
///
/// Transparency and gamma are ignored, as Pillow's `convert("RGB")` ignores them.
struct PNGDecoder {
    /// Limits on the cost of decoding.
    let limits: DecodingLimits
    /// Whether to go on where libspng gives up.
    let damaged: DamagePolicy

    /// Reads the size from the IHDR chunk, which by the standard comes first.
    func header(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageHeader {
        let header = try PNGReader.open(bytes).header()
        let (width, height) = (Int(header.width), Int(header.height))
        let isDeepGrey = header.bit_depth == 16 && UInt32(header.color_type) == SPNG_COLOR_TYPE_GRAYSCALE.rawValue
        return try ImageHeader(
            .png,
            width: width,
            height: height,
            scratchByteCount: isDeepGrey ? width * height * 2 : 0,
            details: .png(isDeepGrey: isDeepGrey),
            within: limits
        )
    }

    /// Decodes `bytes`, whose header was read and found within the limits.
    ///
    /// - Returns: The pixels, and what is wrong with them: where the file is damaged, the rows from there on are black.
    func decode(
        _ bytes: UnsafeRawBufferPointer,
        header: ImageHeader,
        into pool: PixelBufferPool
    ) throws(ImagingError) -> DecodedImage {
        let clock = DecodingClock(limits, operation: PNGReader.operation)
        let problem: ImagingError?
        do throws(ImagingError) {
            let image = try decode(try PNGReader.open(bytes), header: header, into: pool, clock)
            problem = image.damage
            if problem == nil || damaged == .error { return image }
        } catch {
            guard damaged == .accept, [.truncated, .damaged].contains(error.code) else { throw error }
            problem = error
        }
        // libspng takes no part of a block that is cut off, nor one whose sum is wrong.
        return try PNGReader.repaired(bytes).withUnsafeBufferPointer { (repaired) throws(ImagingError) in
            let reader = try PNGReader.open(UnsafeRawBufferPointer(repaired), checkingSums: false)
            let image = try decode(reader, header: header, into: pool, clock)
            return DecodedImage(pixels: image.pixels, damage: problem)
        }
    }

    private func decode(
        _ reader: borrowing PNGReader,
        header: ImageHeader,
        into pool: PixelBufferPool,
        _ clock: DecodingClock
    ) throws(ImagingError) -> DecodedImage {
        guard header.details == .png(isDeepGrey: true) else {
            var damage: ImagingError?
            let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) {
                pixels throws(ImagingError) in
                damage = try reader.decode(format: SPNG_FMT_RGB8, rowCount: header.height, into: pixels, clock: clock)
            }
            return DecodedImage(pixels: pixels, damage: damage)
        }
        let samples = try pool.lease(byteCount: header.width * header.height * 2)
        let damage = try reader.decode(
            format: SPNG_FMT_PNG,
            rowCount: header.height,
            into: samples.bytes,
            clock: clock
        )
        let pixels = try PixelBuffer(pool: pool, height: header.height, width: header.width) { pixels in
            Self.expandDeepGrey(samples.bytes, into: pixels)
        }
        return DecodedImage(pixels: pixels, damage: damage)
    }

    /// Pillow keeps 16-bit grey as it is and cuts it off at 255 when it becomes RGB, rather than scaling it.
    private static func expandDeepGrey(
        _ samples: UnsafeMutableRawBufferPointer,
        into pixels: UnsafeMutableRawBufferPointer
    ) {
        for (index, sample) in samples.bindMemory(to: UInt16.self).enumerated() {
            let level = UInt8(clamping: sample)
            for channel in 0..<3 { pixels[index * 3 + channel] = level }
        }
    }
}
