/// A task's result as JSON, in the shape of the contract: what goes on the wire and into the spool.
package struct EncodedResult: Sendable, Equatable {
    /// No result is longer: nobody takes it, and the spool keeps none.
    package static let mostBytes = 256 << 20
    /// What makes results smaller, for sentences about one that is too large.
    package static let makesSmaller = "--scores top:N, --no-include-logits or --no-include-features"

    /// The task the result answers.
    package let taskID: String
    /// The result object, UTF-8 JSON: a success (`pipeline`, `source_images`, `detections`, …) or an error (`error`, `image_id`).
    package let json: [UInt8]
    /// Whether it reports an error instead of detections.
    package let isError: Bool

    package init(taskID: String, json: [UInt8], isError: Bool) {
        self.taskID = taskID
        self.json = json
        self.isError = isError
    }
}
