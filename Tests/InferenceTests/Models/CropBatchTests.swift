import Concurrency
import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("Crops are cut out once for all that take them")
struct CropBatchTests {
    private let pool = FloatBufferPool(maximumIdle: 2)
    private static let imageNet = Normalization(
        mean: SIMD3(0.485, 0.456, 0.406),
        standardDeviation: SIMD3(0.229, 0.224, 0.225)
    )

    private static func rule(
        _ height: Int,
        _ width: Int,
        antialias: Bool = true,
        _ normalization: Normalization = imageNet
    ) -> PipelineManifest.CropRule {
        let size = PixelSize(height: height, width: width)
        return PipelineManifest.CropRule(size: size, antialias: antialias, normalization: normalization)
    }

    /// Inputs of one size and of several, normalised in one way and in several, and one of them twice.
    private static let rules = [
        rule(8, 8), rule(8, 8, .unit), rule(4, 6), rule(8, 8, antialias: false), rule(8, 8),
        rule(8, 8, Normalization(mean: SIMD3(repeating: 0.5), standardDeviation: SIMD3(repeating: 0.5))),
    ]

    private func crops() throws -> [Crop] {
        let picture = try image(height: 60, width: 80) { row, column in
            (UInt8((row * 37 + column * 11) % 256), UInt8((row * column) % 256), UInt8(255 - column))
        }
        return [
            Box(x1: 0, y1: 0, x2: 80, y2: 60), Box(x1: 7, y1: 3, x2: 41, y2: 29), Box(x1: 79, y1: 59, x2: 80, y2: 60),
        ]
        .map { Crop(image: picture, box: $0) }
    }

    private func bits(_ batch: CropBatch, _ rule: PipelineManifest.CropRule) throws -> [UInt32] {
        try #require(batch.floats(by: rule)).map(\.bitPattern)
    }

    private func alone(_ crops: [Crop], _ rule: PipelineManifest.CropRule) throws -> [UInt32] {
        let batch = try CropBatch([rule], capacity: crops.count, pool: pool)
        for crop in crops { try batch.append(crop) }
        return try bits(batch, rule)
    }

    @Test("Crops that several threads cut out are the same, bit for bit, and a wrong one adds none")
    func shared() throws {
        let crops = try crops()
        let sideBySide: RunControl.Share = { count, body in
            _ = SideBySide.map(Array(0..<count), name: "crop") { body($0) }
        }
        let batch = try CropBatch(Self.rules, capacity: 8, pool: pool)
        try batch.append(crops[0])
        try batch.append([crops[1], crops[2], crops[0]], by: sideBySide)
        let alone = try CropBatch(Self.rules, capacity: 8, pool: pool)
        for crop in [crops[0], crops[1], crops[2], crops[0]] { try alone.append(crop) }
        for rule in Self.rules { #expect(try bits(batch, rule) == bits(alone, rule)) }
        let outside = Crop(image: crops[0].image, box: Box(x1: 70, y1: 0, x2: 90, y2: 9))
        let error = #expect(throws: InferenceError.self) { try batch.append([crops[0], outside], by: sideBySide) }
        #expect(error?.code == .invalidInput && batch.crops.count == 4)
    }

    @Test("Every input is the same, bit for bit, as if it were made alone")
    func together() throws {
        let crops = try crops()
        let batch = try CropBatch(Self.rules, capacity: 5, pool: pool)
        // What was in it before leaves no trace.
        try batch.append(crops[0])
        batch.removeAll()
        for crop in crops { try batch.append(crop) }
        #expect(batch.crops.count == 3)
        for rule in Self.rules {
            let floats = try bits(batch, rule)
            #expect(try floats == alone(crops, rule))
            #expect(floats.count == 3 * PlanarSlot.elementCount(rule.size))
        }
        #expect(batch.floats(by: Self.rule(9, 9)) == nil)
    }

    @Test(
        "What another batch has of a crop is copied, and the rest is made",
        arguments: [[], [0], [1, 5], [0, 1, 2, 3, 5]]
    )
    func copied(had: [Int]) throws {
        let crops = try crops()
        let first = try CropBatch(had.map { Self.rules[$0] } + [Self.rule(2, 2)], capacity: 3, pool: pool)
        for crop in crops { try first.append(crop) }
        let second = try CropBatch(Self.rules, capacity: 2, pool: pool)
        for slot in [2, 1] { try second.append(crops[slot], from: (first, slot)) }
        for rule in Self.rules { #expect(try bits(second, rule) == alone([crops[2], crops[1]], rule)) }
    }

    @Test("A box that leaves its image is an error, and takes no place")
    func outside() throws {
        let picture = try crops()[0].image
        let batch = try CropBatch(Self.rules, capacity: 2, pool: pool)
        for box in [
            Box(x1: -1, y1: 0, x2: 5, y2: 5), Box(x1: 70, y1: 0, x2: 81, y2: 5), Box(x1: 5, y1: 5, x2: 5, y2: 9),
        ] {
            let error = #expect(throws: InferenceError.self) { try batch.append(Crop(image: picture, box: box)) }
            #expect(error?.code == .invalidInput && batch.crops.isEmpty)
        }
        try batch.append(try crops()[1])
        #expect(try bits(batch, Self.rules[2]) == alone([try crops()[1]], Self.rules[2]))
    }
}
