import Imaging
import Telemetry
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
        #expect(try ImageDecoder(limits: DecodingLimits(pixels: 45 * 35)).header(of: bytes).width == 45)
        #expect(throws: ImagingError.self) {
            try ImageDecoder(limits: DecodingLimits(pixels: 45 * 35 - 1)).header(of: bytes)
        }
        #expect(throws: ImagingError.self) {
            try ImageDecoder(limits: DecodingLimits(pixels: 45 * 35 - 1)).decode(bytes, into: Fixtures.pool)
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

    @Test func coefficientsOfEveryFileOfSeveralScansAreAnnounced() throws {
        for file in ["scans-444.jpg", "progressive-444.jpg"] {
            var bytes = try Fixtures.image(file)
            let marker: UInt8 = file.hasPrefix("scans") ? 0xC0 : 0xC2
            let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker })
            bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0x36, 0xB0, 0x36, 0xB0])
            let header = try ImageDecoder().header(of: bytes)
            #expect(header.pixelByteCount == 14_000 * 14_000 * 3)
            #expect(header.scratchByteCount == 14_000 * 14_000 * 6)
        }
    }

    @Test func decodingEndsWithItsTime() throws {
        let decoder = ImageDecoder(limits: DecodingLimits(processorTime: .zero))
        for file in ["baseline-420.jpg", "baseline-444.jpg", "progressive-420.jpg", "cmyk.jpg", "rgb-8.png"] {
            let error = #expect(throws: ImagingError.self) {
                try decoder.decode(try Fixtures.image(file), into: Fixtures.pool)
            }
            #expect(error?.code == .tooMuchWork, "\(file)")
            #expect(error?.isRetriable == false)
        }
    }

    @Test func scansAreCounted() throws {
        for (file, count) in [("progressive-420.jpg", 10), ("scans-444.jpg", 3)] {
            let bytes = try Fixtures.image(file)
            let enough = ImageDecoder(limits: DecodingLimits(scans: count))
            #expect(throws: Never.self) { try enough.decode(bytes, into: Fixtures.pool) }
            let less = ImageDecoder(limits: DecodingLimits(scans: count - 1))
            let error = #expect(throws: ImagingError.self) { try less.decode(bytes, into: Fixtures.pool) }
            #expect(error?.code == .tooMuchWork)
        }
    }

    @Test func scratchMemoryIsAnnounced() throws {
        let decoder = ImageDecoder()
        let expected = [
            "baseline-420.jpg": 0, "grey.jpg": 0, "restart-420.jpg": 0, "rgb-8.png": 0, "grey-16.png": 45 * 35 * 2,
            // Coefficients of two bytes, in whole blocks of 64 and whole MCUs of them.
            "progressive-420.jpg": (6 * 6 + 2 * 3 * 3) * 128, "scans-420.jpg": (6 * 6 + 2 * 3 * 3) * 128,
            "progressive-444.jpg": 3 * 6 * 5 * 128, "scans-444.jpg": 3 * 6 * 5 * 128,
            "grey-progressive.jpg": 6 * 5 * 128, "cmyk.jpg": 45 * 35 * 4,
        ]
        for (file, count) in expected {
            let header = try decoder.header(of: Fixtures.image(file))
            #expect(header.scratchByteCount == count, "\(file)")
            #expect(header.pixelByteCount == (file.hasSuffix("-420.jpg") ? 23 * 18 * 6 : 45 * 35 * 3), "\(file)")
        }
    }
}
