import Imaging
import Testing

@Suite struct ResamplerTests {
    private static func resampled(
        _ source: PixelBuffer,
        crop: PixelRect? = nil,
        to size: PixelSize,
        filter: Resampler.Filter = .bilinear,
        slot: PixelSize? = nil
    ) throws -> [Float] {
        let slot = slot ?? size
        let whole = PixelRect(x: 0, y: 0, width: source.width, height: source.height)
        var output = [Float](repeating: .nan, count: PlanarSlot.elementCount(slot))
        try output.withUnsafeMutableBufferPointer { memory throws(ImagingError) in
            try Resampler.resample(
                source,
                crop: crop ?? whole,
                to: size,
                filter: filter,
                normalization: .unit,
                into: PlanarSlot(memory, size: slot)
            )
        }
        return output
    }

    @Test(arguments: [Resampler.Filter.bilinear, .antialiasedBilinear])
    func theSameSizeGivesTheSamePixels(_ filter: Resampler.Filter) throws {
        let source = try Fixtures.noise(height: 11, width: 19, seed: 5)
        let output = try Self.resampled(source, to: PixelSize(height: 11, width: 19), filter: filter)
        source.withUnsafeBytes { bytes in
            for (index, byte) in bytes.enumerated() {
                let value = output[index % 3 * 11 * 19 + index / 3]
                #expect((value * 255).rounded() == Float(byte))
                #expect(abs(value - Float(byte) / 255) < 1e-7)
            }
        }
    }

    @Test(arguments: [Resampler.Filter.bilinear, .antialiasedBilinear])
    func pixelsOutsideTheCropDoNotMatter(_ filter: Resampler.Filter) throws {
        let crop = PixelRect(x: 7, y: 3, width: 13, height: 11)
        let noise = try Fixtures.noise(height: 20, width: 30, seed: 9)
        let framed = try PixelBuffer(pool: Fixtures.pool, height: 20, width: 30) { bytes in
            noise.withUnsafeBytes { original in
                for index in bytes.indices {
                    let (row, column) = (index / 90, index % 90 / 3)
                    let inside = (3..<14).contains(row) && (7..<20).contains(column)
                    bytes[index] = inside ? original[index] : 255
                }
            }
        }
        for side in [1, 5, 12, 40] {
            let size = PixelSize(height: side, width: side)
            let first = try Self.resampled(noise, crop: crop, to: size, filter: filter)
            #expect(try Self.resampled(framed, crop: crop, to: size, filter: filter) == first)
        }
    }

    @Test func aSlotIsFilledUpWithZeros() throws {
        let source = try Fixtures.noise(height: 20, width: 30, seed: 1)
        let size = PixelSize(height: 10, width: 15)
        let slot = size.padded(toMultipleOf: 32)
        #expect(slot == PixelSize(height: 32, width: 32))
        let tight = try Self.resampled(source, to: size)
        let padded = try Self.resampled(source, to: size, slot: slot)
        for plane in 0..<3 {
            for row in 0..<32 {
                for column in 0..<32 {
                    let value = padded[(plane * 32 + row) * 32 + column]
                    let inside = row < 10 && column < 15
                    #expect(value == (inside ? tight[(plane * 10 + row) * 15 + column] : 0))
                }
            }
        }
    }

    @Test func nothingIsWrittenBesideTheSlot() throws {
        let source = try Fixtures.noise(height: 20, width: 30, seed: 1)
        let slot = PixelSize(height: 9, width: 13)
        let count = PlanarSlot.elementCount(slot)
        var batch = [Float](repeating: -7, count: count * 3)
        try batch.withUnsafeMutableBufferPointer { memory throws(ImagingError) in
            let middle = UnsafeMutableBufferPointer(rebasing: memory[count..<(2 * count)])
            try Resampler.resample(
                source,
                to: PixelSize(height: 7, width: 11),
                filter: .antialiasedBilinear,
                normalization: .imageNet,
                into: PlanarSlot(middle, size: slot)
            )
        }
        #expect(batch[..<count].allSatisfy { $0 == -7 })
        #expect(batch[(2 * count)...].allSatisfy { $0 == -7 })
        #expect(!batch[count..<(2 * count)].contains(-7))
    }

    @Test(arguments: [
        PixelRect(x: 0, y: 0, width: 0, height: 5), PixelRect(x: 0, y: 0, width: 5, height: 0),
        PixelRect(x: -1, y: 0, width: 5, height: 5), PixelRect(x: 0, y: -1, width: 5, height: 5),
        PixelRect(x: 26, y: 0, width: 5, height: 5), PixelRect(x: 0, y: 16, width: 5, height: 5),
        PixelRect(x: Int.max, y: 0, width: 5, height: 5), PixelRect(x: 5, y: 5, width: Int.max, height: Int.max),
        PixelRect(x: Int.min, y: 0, width: Int.max, height: 5),
    ])
    func aCropOutsideTheImageIsAnError(_ crop: PixelRect) throws {
        let source = try Fixtures.noise(height: 20, width: 30, seed: 1)
        #expect(throws: ImagingError.self) {
            try Self.resampled(source, crop: crop, to: PixelSize(height: 4, width: 4))
        }
    }

    @Test func anOutputThatDoesNotFitIsAnError() throws {
        let source = try Fixtures.noise(height: 20, width: 30, seed: 1)
        let slot = PixelSize(height: 8, width: 8)
        for size in [PixelSize(height: 9, width: 8), PixelSize(height: 8, width: 9), PixelSize(height: 0, width: 8)] {
            #expect(throws: ImagingError.self) { try Self.resampled(source, to: size, slot: slot) }
        }
        var memory = [Float](repeating: 0, count: 10)
        memory.withUnsafeMutableBufferPointer { memory in
            #expect(throws: ImagingError.self) { try PlanarSlot(memory, size: slot) }
            #expect(throws: ImagingError.self) { try PlanarSlot(memory, size: PixelSize(height: 0, width: 1)) }
        }
    }
}
