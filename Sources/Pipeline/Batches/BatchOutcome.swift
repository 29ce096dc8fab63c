import Concurrency
package import Inference

/// The outcome of one image's batch.
package struct BatchOutcome: Sendable {
    /// The insects in the image, the best score first.
    package let insects: [DetectedInsect]
    /// How long the image waited for its batch.
    package let waited: Duration
    /// The run that its insects come from.
    package let batch: BatchRun
}
