import Foundation
import Imaging
import Inference

/// What PyTorch says about the drawn images of `Fixtures/parity`: see the README there.
struct ParityExpectation: Decodable {
    let inputStep: Int
    let cropStep: Int
    let images: [Image]

    struct Image: Decodable {
        let image: String
        let height: Int
        let width: Int
        /// Height and width of the detector's input without padding.
        let resized: [Int]
        /// The same with padding.
        let padded: [Int]
        let input: [Float]
        let candidates: Candidates
        let firstCrops: [String: [Float]]
        let found: [Found]
    }

    struct Candidates: Decodable {
        /// Corners in pixels of the detector's input, the best score first.
        let boxes: [[Float]]
        let scores: [Float]
    }

    struct Found: Decodable {
        let box: [Int]
        let score: Float
        let classifications: [Word]
    }

    struct Word: Decodable {
        let algorithm: String
        let label: String
        let logits: [Float]
        let scores: [Float]
        /// Of the classifier that has the last word.
        let features: [Float]?
    }
}

/// One of the two pipelines of `Fixtures/parity`, with what is expected of it.
struct ParityFixture {
    /// The folders' names.
    static let slugs = ["tiny_pyramid", "tiny_single_level"]

    let manifest: PipelineManifest
    let expectation: ParityExpectation

    init(_ slug: String) throws {
        let directory = fixturePath("parity/\(slug)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            // `first_crops` has the keys of algorithms, which stay as they are.
            let key = path[path.count - 1]
            let isAlgorithm = path.count > 1 && path[path.count - 2].stringValue == "firstCrops"
            return isAlgorithm ? key : CamelKey(key.stringValue)
        }
        manifest = try PipelineManifest(directory: directory)
        expectation = try decoder.decode(
            ParityExpectation.self,
            from: Data(contentsOf: URL(filePath: directory + "/expected.json"))
        )
    }

    func load(
        on kind: RuntimeUnderTest = .onnxRuntime,
        classificationBatchSize: Int = 20,
        threads: Int = 2
    ) throws -> LoadedPipeline {
        try LoadedPipeline(
            manifest,
            options: kind.options(threads: threads),
            classificationBatchSize: classificationBatchSize,
            runtime: kind.runtime()
        )
    }

    /// The decoded image files, in the order of the expectation.
    func pictures() throws -> [PixelBuffer] {
        try expectation.images.map { expected in
            let bytes = try Data(contentsOf: URL(filePath: fixturePath("parity/images/\(expected.image)")))
            return try ImageDecoder().decode(Array(bytes), into: PixelBufferPool(maximumIdleBytes: 0))
        }
    }
}

private struct CamelKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ snake: String) {
        let parts = snake.split(separator: "_")
        stringValue = parts.prefix(1).joined() + parts.dropFirst().map(\.capitalized).joined()
    }

    init?(stringValue: String) {
        self.init(stringValue)
    }

    init?(intValue: Int) {
        nil
    }
}

/// The largest difference of two lists of equal length; infinite when the lengths differ.
func largestDifference(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
