import Crypto
import Foundation
import Imaging
import Testing

/// The files of `Fixtures/`, and what their makers in `tools/` expect of them.
enum Fixtures {
    struct Manifest: Decodable {
        struct Entry: Decodable, Sendable, CustomTestStringConvertible {
            let file: String
            let width: Int
            let height: Int
            let sha256: String

            var testDescription: String { file }
        }

        let fixtures: [Entry]
        let real: [Entry]
    }

    static let pool = PixelBufferPool(maximumIdleBytes: 64 << 20)

    static func manifest() throws -> Manifest {
        try JSONDecoder().decode(Manifest.self, from: Data(bytes("Images/manifest.json")))
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
        return try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }

    static func image(_ name: String) throws -> [UInt8] {
        try bytes("Images/\(name)")
    }

    /// The folder of real trap images, which is not part of the repository; nil where it is missing.
    static let realImages: URL? = {
        let named = ProcessInfo.processInfo.environment["ANTENNA_TEST_IMAGES"].map { URL(filePath: $0) }
        let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [named, packageRoot.appending(path: "../shared/images")].compactMap { $0 }
        return candidates.first { FileManager.default.fileExists(atPath: $0.path()) }
    }()

    /// The digest of an image's RGB pixels as lowercase hexadecimal digits.
    static func digest(_ buffer: PixelBuffer) -> String {
        buffer.withRGB { pixels in
            SHA256.hash(data: pixels).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

extension Fixtures {
    /// An image of noise that can be made again anywhere; the formula is that of `tools/make_resampler_fixtures.py`.
    static func noise(height: Int, width: Int, seed: UInt64) throws(ImagingError) -> PixelBuffer {
        try PixelBuffer(pool: pool, height: height, width: width) { bytes in
            for index in bytes.indices {
                var product = (UInt64(index) + seed) &* 2_654_435_761 & 0xFFFF_FFFF
                product = (product ^ (product >> 16)) &* 2_246_822_519 & 0xFFFF_FFFF
                bytes[index] = UInt8(product >> 24)
            }
        }
    }
}

extension Normalization {
    /// The means and deviations of ImageNet, as torchvision publishes them.
    static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
}
