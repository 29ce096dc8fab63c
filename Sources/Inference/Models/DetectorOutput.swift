import Imaging
import Telemetry

/// A detector's answer, sorted by image.
enum DetectorOutput {
    struct Candidate {
        /// x1, y1, x2, y2 in pixels of the model's input.
        let corners: SIMD4<Float>
        let score: Float
    }

    static func read(
        _ outputs: borrowing RunOutputs,
        imageCount: Int,
        operation: OperationName
    ) throws(InferenceError) -> [[Candidate]] {
        let boxes = try outputs.withFloats("boxes") { shape, values in (shape, Array(values)) }
        let scores = try outputs.withFloats("scores") { shape, values in (shape, Array(values)) }
        let images = try outputs.withIntegers("image_index") { shape, values in (shape, Array(values)) }
        let count = scores.1.count
        guard boxes.0 == [count, 4], scores.0 == [count], images.0 == [count] else {
            throw InferenceError(
                .contractViolated,
                operation: operation,
                message: "boxes \(boxes.0), scores \(scores.0) and image_index \(images.0) do not go together"
            )
        }
        var candidates = [[Candidate]](repeating: [], count: imageCount)
        for index in 0..<count {
            let corners = SIMD4(boxes.1[index * 4..<index * 4 + 4])
            guard let image = Int(exactly: images.1[index]), candidates.indices.contains(image) else {
                throw InferenceError(
                    .contractViolated,
                    operation: operation,
                    message: "a box belongs to image \(images.1[index]) of \(imageCount)"
                )
            }
            guard scores.1[index].isFinite, (0..<4).allSatisfy({ corners[$0].isFinite }) else {
                throw InferenceError(
                    .contractViolated,
                    operation: operation,
                    message: "a box or a score is not a finite number"
                )
            }
            candidates[image].append(Candidate(corners: corners, score: scores.1[index]))
        }
        return candidates
    }
}
