package import Imaging
package import Inference

/// One device that analyses batches: processor cores, or one GPU.
package protocol InferenceEngine: Sendable {
    /// Detects and classifies in images that share a pipeline and a localization size.
    ///
    /// - Returns: The insects of each image, in the order of `images`, and how long each part took.
    /// - Throws: `InferenceError` when the batch fails as a whole.
    func infer(_ images: [PixelBuffer], key: BatchKey) async throws -> PipelineAnalysis
}
