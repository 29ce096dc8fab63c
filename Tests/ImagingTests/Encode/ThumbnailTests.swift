import Testing

@testable import Imaging

@Suite("Small pictures")
struct ThumbnailTests {
    private static func jpeg(width: Int, height: Int) throws -> [UInt8] {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0) }
        return try pixels.withUnsafeBytes { try JPEGEncoder().encode($0, height: height, width: width) }
    }

    @Test func aThumbnailAveragesSquaresAndRemembersTheFullSize() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let thumbnail = try Thumbnail(of: Self.jpeg(width: 3_201, height: 9), pool: pool)
        #expect(thumbnail.fullWidth == 3_201)
        #expect(thumbnail.fullHeight == 9)
        let small = try ImageDecoder().decode(thumbnail.jpeg, into: pool)
        #expect(small.width == 1_067)
        #expect(small.height == 3)
    }

    @Test(arguments: [1, 40, 333])
    func aThumbnailIsTheSameHoweverThePixelsLie(widthLimit: Int) throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let planes = try ImageDecoder().decode(Self.jpeg(width: 333, height: 77), into: pool)
        let rgb = try PixelBuffer(pool: pool, height: 77, width: 333) { bytes in
            planes.withRGB { bytes.copyMemory(from: $0) }
        }
        #expect(planes.layout != rgb.layout)
        let thumbnail = try Thumbnail(of: planes, widthLimit: widthLimit, pool: pool)
        #expect(try Thumbnail(of: rgb, widthLimit: widthLimit, pool: pool).jpeg == thumbnail.jpeg)
    }

    @Test func whatIsNoImageHasNoThumbnail() {
        #expect(throws: ImagingError.self) {
            try Thumbnail(of: Array("<html>".utf8), pool: PixelBufferPool(maximumIdleBytes: 0))
        }
    }

    @Test func aPartIsCutOffAtTheImagesSides() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let image = try ImageDecoder().decode(Self.jpeg(width: 100, height: 60), into: pool)
        let corner = PixelRect(x: 90, y: -10, width: 50, height: 30)
        let part = try Thumbnail(of: image, region: corner, pool: pool)
        #expect(part.fullWidth == 10 && part.fullHeight == 20)
        for outside in [
            PixelRect(x: 100, y: 0, width: 5, height: 5), PixelRect(x: 0, y: 0, width: 0, height: 5),
            PixelRect(x: 50, y: 50, width: -9, height: -9), PixelRect(x: .max, y: .min, width: .max, height: .max),
        ] {
            #expect(throws: ImagingError.self) { try Thumbnail(of: image, region: outside, pool: pool) }
        }
    }

    @Test func aPartIsTheSamePixelsAsInTheWhole() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let size = (width: 64, height: 48)
        let pixels = (0..<size.height * size.width).flatMap { index -> [UInt8] in
            let (x, y) = (index % size.width, index / size.width)
            return x >= 32 && y >= 24 ? [250, 250, 250] : [10, 10, 10]
        }
        let image = try PixelBuffer(pool: pool, height: size.height, width: size.width) { bytes in
            bytes.copyBytes(from: pixels)
        }
        let region = PixelRect(x: 32, y: 24, width: 32, height: 24)
        let part = try ImageDecoder().decode(
            Thumbnail(of: image, region: region, widthLimit: 8, pool: pool).jpeg,
            into: pool
        )
        #expect(part.width == 8 && part.height == 6)
        part.withRGB { bytes in #expect(bytes.allSatisfy { $0 > 240 }) }
    }
}
