import Imaging
import Testing

@Suite struct LimitTests {
    /// A JPEG fixture whose header declares another size.
    static func jpeg(width: Int, height: Int) throws -> [UInt8] {
        var bytes = try Fixtures.image("baseline-420.jpg")
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(
            (frame + 5)..<(frame + 9),
            with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
        )
        return bytes
    }

    @Test func aHugeJPEGIsRefusedBeforeMemoryIsTaken() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        let bytes = try Self.jpeg(width: 65_500, height: 65_500)
        let outcome = Fixtures.outcome(of: bytes, pool: pool)
        #expect(Fixtures.code(outcome) == .tooManyPixels)
        #expect(Fixtures.message(outcome) == "65500 × 65500 pixels (4.2 GP) is more than the limit of 200 MP")
        #expect(pool.statistics.allocations == 0)
    }

    @Test func aSideBeyondTheLibraryIsNamed() throws {
        let outcome = Fixtures.outcome(of: try Self.jpeg(width: 65_535, height: 16))
        #expect(Fixtures.code(outcome) == .unsupportedFormat)
    }

    @Test func zeroSidesAreRefused() throws {
        for (width, height) in [(0, 35), (45, 0), (0, 0)] {
            let outcome = Fixtures.outcome(of: try Self.jpeg(width: width, height: height))
            #expect(Fixtures.code(outcome) == .zeroSize)
        }
    }

    @Test func theLimitIsExact() throws {
        let bytes = try Fixtures.image("baseline-420.jpg")
        #expect(try ImageDecoder(maximumPixels: 45 * 35).header(of: bytes).width == 45)
        #expect(throws: ImagingError.self) { try ImageDecoder(maximumPixels: 45 * 35 - 1).header(of: bytes) }
        #expect(throws: ImagingError.self) {
            try ImageDecoder(maximumPixels: 45 * 35 - 1).decode(bytes, into: Fixtures.pool)
        }
    }

    @Test func aPNGThatWouldUnpackIntoGigabytesIsRefusedBeforeMemoryIsTaken() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        for (width, height) in [(100_000, 100_000), (0x7FFF_FFFF, 0x7FFF_FFFF), (200_000_001, 1)] as [(UInt32, UInt32)]
        {
            let outcome = Fixtures.outcome(of: Fixtures.pngHeader(width: width, height: height), pool: pool)
            #expect(Fixtures.code(outcome) == .tooManyPixels)
        }
        #expect(pool.statistics.allocations == 0)
    }

    @Test func aPNGWithoutPixelsIsRefused() {
        for (width, height) in [(0, 1), (1, 0), (0x8000_0000, 1)] as [(UInt32, UInt32)] {
            let outcome = Fixtures.outcome(of: Fixtures.pngHeader(width: width, height: height))
            #expect(Fixtures.code(outcome) == .zeroSize)
        }
    }

    @Test func aPNGThatDeclaresMoreThanItHoldsIsTruncated() {
        let outcome = Fixtures.outcome(of: Fixtures.pngHeader(width: 100, height: 100))
        #expect(Fixtures.code(outcome) == .truncated)
    }

    @Test func scratchMemoryIsAnnounced() throws {
        let decoder = ImageDecoder()
        let expected = [
            "baseline-420.jpg": 0, "progressive-420.jpg": 45 * 35 * 3, "progressive-444.jpg": 45 * 35 * 6,
            "cmyk.jpg": 45 * 35 * 4, "rgb-8.png": 0, "grey-16.png": 45 * 35 * 2,
        ]
        for (file, count) in expected {
            let header = try decoder.header(of: Fixtures.image(file))
            #expect(header.scratchByteCount == count, "\(file)")
            #expect(header.pixelByteCount == (file.hasSuffix("-420.jpg") ? 23 * 18 * 6 : 45 * 35 * 3), "\(file)")
        }
    }
}
