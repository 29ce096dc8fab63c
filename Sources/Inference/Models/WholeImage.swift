package import Imaging

/// An image in which insects are to be found and named.
package struct WholeImage: Sendable {
    /// The image in full resolution.
    package let image: PixelBuffer
    /// What is asked of its analysis.
    package let options: AnalysisOptions

    /// Joins an image with what is asked of it.
    package init(image: PixelBuffer, options: AnalysisOptions = AnalysisOptions()) {
        self.image = image
        self.options = options
    }
}
