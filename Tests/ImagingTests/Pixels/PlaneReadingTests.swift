import Imaging
import Testing

/// What reads pixels of planes reads the same as from RGB, wherever it looks.
@Suite struct PlaneReadingTests {
    /// The same picture twice.
    private static func pair(height: Int, width: Int) throws -> (planes: PixelBuffer, rgb: PixelBuffer) {
        let bytes = try JPEGEncoder(quality: 95).encode(PlanesTests.noise(height: height, width: width))
        let planes = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        #expect(planes.layout == .planes420)
        let rgb = try PixelBuffer(pool: Fixtures.pool, height: height, width: width) { memory in
            planes.withRGB { memory.copyMemory(from: $0) }
        }
        return (planes, rgb)
    }

    private static func resampled(
        _ source: PixelBuffer,
        _ crop: PixelRect,
        _ filter: Resampler.Filter,
        to size: PixelSize
    ) throws -> [UInt32] {
        var output = [Float](repeating: .nan, count: PlanarSlot.elementCount(size))
        try output.withUnsafeMutableBufferPointer { memory throws(ImagingError) in
            try Resampler.resample(
                source,
                crop: crop,
                to: size,
                filter: filter,
                normalization: .imageNet,
                into: PlanarSlot(memory, size: size)
            )
        }
        return output.map(\.bitPattern)
    }

    @Test(arguments: [Resampler.Filter.bilinear, .antialiasedBilinear], [(61, 93), (64, 96)])
    func floatsAreTheSameBitForBit(_ filter: Resampler.Filter, _ shape: (height: Int, width: Int)) throws {
        let pair = try Self.pair(height: shape.height, width: shape.width)
        let rectangles = [
            PixelRect(x: 0, y: 0, width: shape.width, height: shape.height), PixelRect(x: 0, y: 0, width: 1, height: 1),
            PixelRect(x: shape.width - 1, y: shape.height - 1, width: 1, height: 1),
            PixelRect(x: shape.width - 2, y: 0, width: 2, height: shape.height),
            PixelRect(x: 1, y: 1, width: 1, height: 2),
            PixelRect(x: 7, y: 3, width: 33, height: 31), PixelRect(x: 8, y: 4, width: 32, height: 20),
            PixelRect(x: 31, y: 0, width: 33, height: 9), PixelRect(x: shape.width - 35, y: 5, width: 35, height: 40),
        ]
        for crop in rectangles {
            for size in [
                PixelSize(height: 1, width: 1), PixelSize(height: 20, width: 31), PixelSize(height: 70, width: 100),
            ] {
                let planes = try Self.resampled(pair.planes, crop, filter, to: size)
                #expect(try Self.resampled(pair.rgb, crop, filter, to: size) == planes, "\(crop) to \(size)")
            }
        }
    }

    @Test func anyColumnsOfAnyRowAreThoseOfTheWholeRow() throws {
        let (height, width) = (5, 75)
        let pair = try Self.pair(height: height, width: width)
        for first in 0..<width {
            for end in [first + 1, first + 2, min(first + 16, width), min(first + 33, width), width] where end <= width
            {
                let isSame = pair.planes.withRows(columns: first..<end) { planes in
                    pair.rgb.withRows(columns: first..<end) { rgb in
                        (0..<height).allSatisfy { row in
                            let (left, right) = (planes.first(of: row), rgb.first(of: row))
                            return (0..<(end - first)).allSatisfy { column in
                                (0..<3).allSatisfy { channel in
                                    left.load(fromByteOffset: column * planes.pixelStride + channel, as: UInt8.self)
                                        == right.load(
                                            fromByteOffset: column * rgb.pixelStride + channel,
                                            as: UInt8.self
                                        )
                                }
                            }
                        }
                    }
                }
                #expect(isSame, "\(first)..<\(end)")
            }
        }
    }

    @Test func planesOfAnySizeCanBeRead() throws {
        // Not what a JPEG gives, but what a cache may hold.
        for (height, width) in [(1, 1), (1, 2), (2, 1), (3, 4)] {
            let grey = try PixelBuffer(pool: Fixtures.pool, layout: .planes420, height: height, width: width) { bytes in
                for index in bytes.indices { bytes[index] = 128 }
            }
            #expect(grey.withRGB { $0.count == height * width * 3 && $0.allSatisfy { $0 == 128 } })
        }
    }
}
