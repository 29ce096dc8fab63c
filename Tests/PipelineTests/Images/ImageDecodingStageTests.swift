import Concurrency
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ImageDecodingStageTests {
    /// Three scans of one component each, which libjpeg keeps until it has the last.
    private static func scans(height: UInt16, width: UInt16) -> [UInt8] {
        func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
        let frame: [UInt8] =
            [0xFF, 0xC0, 0, 17, 8] + big(height) + big(width) + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
        return [0xFF, 0xD8] + frame + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
    }

    private static func stage(budget: Budget, damaged: DamagePolicy = .error) -> ImageDecodingStage {
        ImageDecodingStage(
            decoder: ImageDecoder(damaged: damaged),
            buffers: PixelBufferPool(maximumIdleBytes: 0),
            threads: BlockingPool(name: "decode", threadCount: 1),
            budget: budget
        )
    }

    private static func jpeg() throws -> [UInt8] {
        let pixels = [UInt8](repeating: 90, count: 64 * 48 * 3)
        return try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: 48, width: 64) }
    }

    @Test func whatCannotFitTheBudgetIsRefusedWithASentence() async throws {
        let budget = Budget(limit: 256 << 20)
        let failure = await #expect(throws: TaskFailure.self) {
            // 588 MB of pixels, and 1,176 MB of coefficients.
            try await Self.stage(budget: budget).decode(Self.scans(height: 14_000, width: 14_000))
        }
        #expect(
            failure?.message
                == "The image could not be decoded: that takes 1683 MiB of memory, more than the 256 MiB of "
                + "memory.pixel_budget"
        )
        #expect(failure?.isRetriable == false)
        #expect(budget.reserved == 0)
    }

    @Test func whatDecodingTookIsGivenBackBeforeTheImageIs() async throws {
        let file = URL(filePath: "\(PackagePaths.root)/Tests/ImagingTests/Fixtures/Images/scans-444.jpg")
        let bytes = try [UInt8](Data(contentsOf: file))
        let (pixels, coefficients) = (45 * 35 * 3, 3 * 6 * 5 * 128)
        let budget = Budget(limit: pixels + coefficients)
        let decoded = try await Self.stage(budget: budget).decode(bytes)
        #expect(budget.reserved == pixels)
        decoded.pixels.reservation.release()
        #expect(budget.reserved == 0)
        let smaller = Self.stage(budget: Budget(limit: pixels + coefficients - 1))
        await #expect(throws: TaskFailure.self) { try await smaller.decode(bytes) }
    }

    @Test func aDamagedImageThatIsAcceptedSaysSo() async throws {
        let bytes = try Self.jpeg()
        let cut = Array(bytes.prefix(bytes.count - 40))
        let budget = Budget(limit: 1 << 20)
        let failure = await #expect(throws: TaskFailure.self) {
            try await Self.stage(budget: budget).decode(cut)
        }
        #expect(failure?.message.hasSuffix("the file ends before the picture does") == true)
        let accepted = try await Self.stage(budget: budget, damaged: .accept).decode(cut)
        #expect(accepted.pixels.damage?.contains("the file ends before the picture does") == true)
        let whole = try await Self.stage(budget: budget, damaged: .accept).decode(bytes)
        #expect(whole.pixels.damage == nil)
    }
}
