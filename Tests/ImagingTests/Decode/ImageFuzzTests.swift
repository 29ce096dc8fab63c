import Imaging
import TestSupport
import Testing

/// Files that were flipped, cut, spliced and given numbers from the edge, a hundred thousand of each: none traps, and what is
/// announced is what comes.
@Suite struct ImageFuzzTests {
    private static let count = 100_000
    private static let words: [[UInt8]] = [
        [0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xDA], [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC4], [0xFF, 0xDB], [0xFF, 0xDD],
        [0xFF, 0xD0], [0xFF, 0xEE, 0, 14], Array("Adobe".utf8), Array("Exif\0\0II*\0".utf8), Array("IHDR".utf8),
        Array("IDAT".utf8), Array("IEND".utf8), Array("iTXt".utf8), Array("VP8X".utf8), Array("VP8L".utf8),
        Array("ANMF".utf8), Array("BM".utf8), [0x21, 0xF9, 4], [0x2C], [0x3B],
    ]

    private static func tiny() throws -> [[UInt8]] {
        try [
            "tiny.jpg", "tiny-progressive.jpg", "tiny.png", "tiny.bmp", "tiny.gif", "tiny.webp", "tiny-lossless.webp",
            "tiny.tif",
        ].map(Fixtures.image)
    }

    @Test func headers() async throws {
        let examples = try Fixtures.manifest().fixtures.map { try Fixtures.image($0.file) }
        // As much as the setting allows, so that sums are made of large numbers.
        let decoder = ImageDecoder(limits: DecodingLimits(pixels: 4_000_000_000))
        await aside {
            for bytes in FuzzInputs(of: examples, words: Self.words, count: Self.count, longest: 700) {
                guard let header = try? decoder.header(of: bytes) else { continue }
                #expect(
                    header.width > 0 && header.height > 0 && header.scratchByteCount >= 0 && header.pixelByteCount > 0
                )
            }
        }
    }

    @Test(arguments: DamagePolicy.allCases)
    func wholeImages(_ damaged: DamagePolicy) async throws {
        let limits = DecodingLimits(pixels: 10_000, scans: 20)
        let decoder = ImageDecoder(limits: limits, damaged: damaged)
        try await aside {
            for bytes in FuzzInputs(of: try Self.tiny(), words: Self.words, count: Self.count, longest: 1_200, seed: 2)
            {
                guard let header = try? decoder.header(of: bytes) else { continue }
                if let image = try? decoder.decode(bytes, header: header, into: Fixtures.pool) {
                    #expect(image.pixels.byteCount == header.pixelByteCount)
                }
            }
        }
    }
}
