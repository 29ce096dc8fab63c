import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("The classifier's answers")
struct ClassifierTests {
    private let colours: [(UInt8, UInt8, UInt8)] = [
        (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 0), (1, 2, 3), (0, 0, 0),
    ]

    private func crops() throws -> [Crop] {
        try colours.map { colour in
            let picture = try image(height: 40, width: 60) { row, column in
                10..<30 ~= row && 20..<50 ~= column ? colour : (128, 128, 128)
            }
            return Crop(image: picture, box: Box(x1: 20, y1: 10, x2: 50, y2: 30))
        }
    }

    @Test("Logits are the model's, scores their softmax, the first of equals wins")
    func answers() throws {
        let answers = try colourClassifier().classify(crops(), batchSize: 20)
        #expect(answers.map(\.label) == ["red", "green", "blue", "red", "blue", "red"])
        #expect(answers.map(\.labelIndex) == [0, 1, 2, 0, 2, 0])
        #expect(answers[0].logits == [1, 0, 0])
        #expect(answers[5].scores == [Float](repeating: 1 / 3, count: 3))
        #expect(answers.allSatisfy { abs($0.scores.reduce(0, +) - 1) < 1e-6 })
    }

    @Test("An answer is the same bit for bit in every batch size and place", arguments: [1, 2, 4, 5, 6, 100])
    func neighbours(batchSize: Int) throws {
        let classifier = try colourClassifier()
        let crops = try crops()
        let alone = try crops.map { try classifier.classify([$0], batchSize: 1)[0] }
        #expect(try classifier.classify(crops, batchSize: batchSize) == alone)
        #expect(try classifier.classify(crops.reversed(), batchSize: batchSize) == alone.reversed())
    }

    @Test("No crops are no answers")
    func none() throws {
        #expect(try colourClassifier().classify([], batchSize: 8).isEmpty)
    }

    @Test(
        "A box that leaves its image is an error, not a read beyond it",
        arguments: [
            Box(x1: 20, y1: 10, x2: 61, y2: 30), Box(x1: -1, y1: 0, x2: 5, y2: 5), Box(x1: 9, y1: 9, x2: 9, y2: 20),
            Box(x1: Int.max - 1, y1: 0, x2: Int.max, y2: 1),
        ]
    )
    func outside(box: Box) throws {
        let picture = try image(height: 40, width: 60) { _, _ in (0, 0, 0) }
        let error = try #require(throws: InferenceError.self) {
            try colourClassifier().classify([Crop(image: picture, box: box)], batchSize: 1)
        }
        #expect(error.code == .invalidInput)
    }

    @Test("Softmax neither overflows nor loses what is small")
    func softmaxRange() {
        #expect(softmax([1000, 1000]) == [0.5, 0.5])
        #expect(softmax([-1000, 0]) == [0, 1])
        #expect(softmax([]).isEmpty)
        let even = softmax([Float](repeating: 3, count: 30_000))
        #expect(even.allSatisfy { $0 == Float(1.0 / 30_000) })
        // Values of torch.softmax(torch.tensor([1., 2., 3.]), 0).
        let known: [Float] = [0.09003057, 0.24472848, 0.66524094]
        #expect(zip(softmax([1, 2, 3]), known).allSatisfy { abs($0 - $1) < 1e-7 })
    }
}
