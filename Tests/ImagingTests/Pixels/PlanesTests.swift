import Foundation
import Imaging
import Testing

/// JPEGs whose pixels stay planes of YCbCr: whoever looks sees what libjpeg-turbo's own conversion gives.
@Suite struct PlanesTests {
    /// Whether the image is what libjpeg-turbo makes of the file in one go.
    static func isAsDecodedInOneGo(_ image: PixelBuffer, _ bytes: [UInt8]) throws -> Bool {
        let bare = try UncheckedJPEGDecoder()
        try bare.decode(bytes)
        return image.withRGB { rgb in
            bare.pixels.withUnsafeBytes { bare in
                guard let left = bare.baseAddress, let right = rgb.baseAddress else { return false }
                return memcmp(left, right, rgb.count) == 0
            }
        }
    }

    /// Noise in colours as far apart as a JPEG can hold.
    static func noise(height: Int, width: Int) throws -> PixelBuffer {
        let noise = try Fixtures.noise(height: height, width: width, seed: UInt64(height * 1_000 + width))
        return try PixelBuffer(pool: Fixtures.pool, height: height, width: width) { bytes in
            noise.withUnsafeBytes { noise in
                for index in bytes.indices {
                    bytes[index] = noise[index] < 128 ? noise[index] / 4 : 255 - noise[index] / 8
                }
            }
        }
    }

    @Test(arguments: try Fixtures.manifest().fixtures)
    func onlyHalvedChromaStaysPlanes(_ entry: Fixtures.Manifest.Entry) throws {
        let planar: Set = [
            "baseline-420.jpg", "progressive-420.jpg", "restart-420.jpg", "optimized-420.jpg", "exif-rotated.jpg",
            "progressive-restart-420.jpg", "scans-420.jpg", "arithmetic-420.jpg",
            "tiny.jpg", "tiny-progressive.jpg",
        ]
        let bytes = try Fixtures.image(entry.file)
        let header = try ImageDecoder().header(of: bytes)
        let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        #expect(image.layout == (planar.contains(entry.file) ? .planes420 : .rgb))
        #expect(header.layout == image.layout)
        #expect(header.pixelByteCount == image.byteCount)
    }

    @Test(arguments: 1...17)
    func everySmallSizeHasTheSamePixels(_ height: Int) throws {
        for width in 1...17 {
            let bytes = try JPEGEncoder(quality: 100).encode(Self.noise(height: height, width: width))
            let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
            #expect(image.layout == (width > 4 ? .planes420 : .rgb))
            #expect(try Self.isAsDecodedInOneGo(image, bytes), "\(width) × \(height)")
        }
    }

    @Test(arguments: [(31, 64), (32, 65), (33, 66), (64, 127), (95, 193), (96, 250), (2, 1_001), (1_001, 7)])
    func largerSizesHaveTheSamePixels(_ height: Int, _ width: Int) throws {
        for quality in [30, 100] {
            let bytes = try JPEGEncoder(quality: quality).encode(Self.noise(height: height, width: width))
            let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
            #expect(image.layout == .planes420)
            #expect(try Self.isAsDecodedInOneGo(image, bytes))
        }
    }

    @Test func planesTakeHalfTheMemory() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        let bytes = try JPEGEncoder().encode(Self.noise(height: 480, width: 640))
        let image = try ImageDecoder().decode(bytes, into: pool)
        #expect(image.byteCount == 640 * 480 * 3 / 2)
        #expect(pool.statistics.lentBytes < 640 * 480 * 2)
    }

    @Test func anImageIsWrittenTheSameFromPlanes() throws {
        let image = try ImageDecoder().decode(Fixtures.image("baseline-420.jpg"), into: Fixtures.pool)
        let direct = try image.withRGB { rgb throws(ImagingError) in
            try JPEGEncoder().encode(rgb, height: image.height, width: image.width)
        }
        #expect(try JPEGEncoder().encode(image) == direct)
    }

    @Test(.enabled(if: Fixtures.realImages != nil, "no folder of real images"), arguments: try Fixtures.manifest().real)
    func realImagesHaveTheSamePixels(_ entry: Fixtures.Manifest.Entry) throws {
        let folder = try #require(Fixtures.realImages)
        let bytes = try [UInt8](Data(contentsOf: folder.appending(path: entry.file)))
        let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        guard image.layout == .planes420 else { return }
        #expect(try Self.isAsDecodedInOneGo(image, bytes))
    }
}
