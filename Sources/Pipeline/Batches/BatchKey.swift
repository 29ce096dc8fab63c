import Concurrency
package import Inference

/// Images of one batch have the same pipeline and the same localization size: height × width of the detector's input.
package struct BatchKey: Hashable, Sendable {
    /// The pipeline's slug.
    package let pipeline: String
    /// The size every image of the batch is resampled to.
    package let size: LocalizationSize

    /// Makes a key.
    package init(pipeline: String, size: LocalizationSize) {
        self.pipeline = pipeline
        self.size = size
    }
}
