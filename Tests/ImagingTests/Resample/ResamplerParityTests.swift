import Foundation
import Imaging
import Testing

@Suite struct ResamplerParityTests {
    struct Expectations: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let height: Int
            let width: Int
            let crop: [Int]
            let outputHeight: Int
            let outputWidth: Int
            let step: Int
            let filter: String
            let imageNet: Bool
            let seed: Int
            let values: Data

            var testDescription: String { "\(name), \(filter)" }

            /// The expected floats, every `step`-th of the planes.
            var floats: [Float] {
                values.withUnsafeBytes { bytes in
                    stride(from: 0, to: bytes.count, by: 4).map { offset in
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                            )
                        )
                    }
                }
            }
        }

        let cases: [Case]
        let sizes: [[Int]]
    }

    static func expectations() throws -> Expectations {
        try JSONDecoder().decode(Expectations.self, from: Data(Fixtures.bytes("resampler.json")))
    }

    /// What is allowed on the scale 0…1, before normalization.
    static let tolerance: Float = 2e-6

    @Test(arguments: try expectations().cases)
    func valuesAreThoseOfTorch(_ expected: Expectations.Case) throws {
        let source = try Fixtures.noise(height: expected.height, width: expected.width, seed: UInt64(expected.seed))
        let crop = PixelRect(
            x: expected.crop[0],
            y: expected.crop[1],
            width: expected.crop[2],
            height: expected.crop[3]
        )
        let normalization: Normalization = expected.imageNet ? .imageNet : .unit
        let size = PixelSize(height: expected.outputHeight, width: expected.outputWidth)
        var output = [Float](repeating: .nan, count: PlanarSlot.elementCount(size))
        try output.withUnsafeMutableBufferPointer { memory throws(ImagingError) in
            try Resampler.resample(
                source,
                crop: crop,
                to: size,
                filter: expected.filter == "bilinear" ? .bilinear : .antialiasedBilinear,
                normalization: normalization,
                into: PlanarSlot(memory, size: size)
            )
        }

        let floats = expected.floats
        let indices = Array(stride(from: 0, to: output.count, by: expected.step))
        #expect(indices.count == floats.count)
        var worst: Float = 0
        for (index, value) in zip(indices, floats) {
            let deviation = normalization.standardDeviation[index / (size.height * size.width)]
            worst = max(worst, abs(output[index] - value) * deviation)
        }
        #expect(worst <= Self.tolerance, "off by \(worst)")
        #expect(output.allSatisfy { $0.isFinite })
    }

    @Test(arguments: try expectations().sizes)
    func detectorSizesAreThoseOfTorchvision(_ numbers: [Int]) {
        let size = PixelSize(height: numbers[0], width: numbers[1])
        let fitted = size.fitted(shortest: numbers[2], longest: numbers[3])
        #expect(fitted == PixelSize(height: numbers[4], width: numbers[5]))
    }
}
