import Concurrency
package import Inference

/// An image with what was found in it.
package struct AnalysedImage: Sendable {
    /// The task it belongs to.
    package let task: ImageTask
    /// Its pixels, which hold their part of the budget for as long as this is kept.
    package let image: AdmittedPixels
    /// What was found, the best score first.
    package let insects: [DetectedInsect]
}
