package import Imaging

/// An image with places in it whose insects are to be named.
package struct BoxedImage: Sendable {
    /// The image in full resolution.
    package let image: PixelBuffer
    /// The places; each lies inside the image.
    package let boxes: [Box]
    /// What is asked of its analysis.
    package let options: AnalysisOptions

    /// Joins an image with its places.
    package init(image: PixelBuffer, boxes: [Box], options: AnalysisOptions = AnalysisOptions()) {
        self.image = image
        self.boxes = boxes
        self.options = options
    }
}
