package import JSON

/// One item of a POST to `result/` whose shape is right; whether it can be saved is another question.
package struct SubmittedResult: Sendable {
    /// The subject of the task it answers.
    package let replySubject: String
    /// The worker's result, or its error.
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
