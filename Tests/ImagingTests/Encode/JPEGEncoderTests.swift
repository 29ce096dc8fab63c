import Imaging
import Testing

@Suite struct JPEGEncoderTests {
    @Test(arguments: JPEGEncoder.Subsampling.allCases)
    func whatIsWrittenIsReadBack(_ subsampling: JPEGEncoder.Subsampling) throws {
        let source = try ImageDecoder().decode(Fixtures.image("one-pixel.jpg"), into: Fixtures.pool)
        let colour = source.withRGB { Array($0) }
        let plain = try PixelBuffer(pool: Fixtures.pool, height: 21, width: 33) { bytes in
            for index in bytes.indices { bytes[index] = colour[index % 3] }
        }
        let encoded = try JPEGEncoder(quality: 95, subsampling: subsampling).encode(plain)
        let image = try ImageDecoder().decode(encoded, into: Fixtures.pool)
        #expect(image.height == 21)
        #expect(image.width == 33)
        image.withRGB { bytes in
            for (index, byte) in bytes.enumerated() {
                #expect(abs(Int(byte) - Int(colour[index % 3])) <= 2)
            }
        }
    }

    @Test func thePictureKeepsItsPlaces() throws {
        // Left black, right white: a wrong pitch or order of rows would mix them.
        let source = try PixelBuffer(pool: Fixtures.pool, height: 32, width: 48) { bytes in
            for index in bytes.indices { bytes[index] = index % 144 < 72 ? 0 : 255 }
        }
        let encoded = try JPEGEncoder(quality: 90).encode(source)
        let image = try ImageDecoder().decode(encoded, into: Fixtures.pool)
        image.withRGB { bytes in
            for row in 0..<32 {
                #expect(bytes[row * 144 + 10 * 3] < 8)
                #expect(bytes[row * 144 + 40 * 3] > 247)
            }
        }
    }

    @Test func lowerQualityIsSmallerAndTheSameInputGivesTheSameBytes() throws {
        let noise = try Fixtures.noise(height: 64, width: 64, seed: 3)
        let sizes = try [20, 60, 95].map { try JPEGEncoder(quality: $0).encode(noise).count }
        #expect(sizes == sizes.sorted())
        #expect(try JPEGEncoder().encode(noise) == JPEGEncoder().encode(noise))
        #expect(JPEGEncoder(quality: 500).quality == 100)
        #expect(JPEGEncoder(quality: -1).quality == 1)
    }

    @Test(arguments: [(0, 4), (4, 0), (5, 4), (65_501, 1), (Int.max, Int.max)])
    func sizesThatDoNotFitAreErrors(_ height: Int, _ width: Int) {
        let pixels = [UInt8](repeating: 0, count: 4 * 4 * 3)
        #expect(throws: ImagingError.self) {
            try pixels.withUnsafeBytes { try JPEGEncoder().encode($0, height: height, width: width) }
        }
    }
}
