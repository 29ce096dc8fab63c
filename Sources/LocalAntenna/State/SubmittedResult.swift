package import JSON

/// One item of a POST to `result/` whose shape is right; whether it can be saved is another question.
package struct SubmittedResult: Sendable {
    /// The subject of the task it answers.
    package let replySubject: String
    /// What the worker says.
    package let outcome: Outcome
    /// A digest of the result without timestamps and durations: equal for two runs that found the same.
    package let fingerprint: UInt64
    /// The result as it came.
    package let json: JSONValue

    /// The image it is about; nil when it names none, or by something that is no number.
    var imageID: Int? {
        switch outcome {
        case .failure(_, let id): id.flatMap { Int($0) }
        case .detections(let found): found.sourceImageIDs.first.flatMap { Int($0) }
        }
    }

    /// Success or failure of one task.
    package enum Outcome: Sendable {
        case detections(SubmittedDetections)
        /// Without an image id the server cannot tell which image failed.
        case failure(message: String, imageID: String?)
    }
}

/// The body of a successful result.
package struct SubmittedDetections: Sendable {
    /// Slug of the pipeline that ran.
    package let pipeline: String
    /// Ids of the images it ran on.
    package let sourceImageIDs: [String]
    /// What was found.
    package let detections: [SubmittedDetection]
}

/// One box of a successful result, in pixels of the stored image.
package struct SubmittedDetection: Sendable {
    /// Id of the image the box lies in.
    package let sourceImageID: String
    /// The corners: left, top, right, bottom; nil for a detection without a box.
    package let box: SIMD4<Double>?
    /// Key of the detector.
    package let algorithmKey: String
    /// The labels given, the last terminal one being the answer.
    package let classifications: [SubmittedClassification]

    /// The answer: the last terminal classification, or the last one.
    package var answer: SubmittedClassification? {
        classifications.last { $0.isTerminal } ?? classifications.last
    }
}

/// One label of one box; the scores themselves are not kept.
package struct SubmittedClassification: Sendable {
    /// The label given.
    package let label: String
    /// Key of the classifier.
    package let algorithmKey: String
    /// Whether this is the pipeline's answer and not an intermediate filter.
    package let isTerminal: Bool
    /// How many scores came along.
    package let scoreCount: Int
    /// The highest score and its index, nil without scores.
    package let best: (index: Int, score: Double)?
}
