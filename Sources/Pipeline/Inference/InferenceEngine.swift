package import Inference

/// One device that analyses batches: processor cores, or one GPU.
package protocol InferenceEngine: Sendable {
    /// Detects and classifies in images that share a pipeline and a localization size; each says what else is asked of it.
    ///
    /// - Returns: The insects of each image, in the order of `images`, and how long each part took.
    /// - Throws: `InferenceError` when the batch fails as a whole; `CancellationError`, soon, when the calling task is cancelled.
    func infer(_ images: [WholeImage], key: BatchKey) async throws -> PipelineAnalysis

    /// Classifies what is in boxes that are known, in images of any size; nothing is detected.
    ///
    /// - Returns: For each image an insect a box, in their order, and how long it took.
    /// - Throws: `InferenceError` when the batch fails as a whole; `CancellationError`, soon, when the calling task is cancelled.
    func classify(_ images: [BoxedImage], pipeline: String) async throws -> PipelineAnalysis
}
