/// Why a task has no detections: the text of its error result.
package struct TaskFailure: Error, Sendable, CustomStringConvertible {
    /// Where it failed.
    package let stage: Stage
    /// A sentence that an ecologist's engineer understands, without secrets or signed queries.
    package let message: String
    /// Whether the same task may succeed when it is done again; such a task is given back instead of answered.
    package let isRetriable: Bool

    package init(stage: Stage, message: String, isRetriable: Bool = false) {
        self.stage = stage
        self.message = message
        self.isRetriable = isRetriable
    }

    package var description: String { message }
}
