package import Imaging

/// An image with places in it whose insects are to be named.
package struct BoxedImage: Sendable {
    /// The image in full resolution.
    package let image: PixelBuffer
    /// The places; each lies inside the image.
    package let boxes: [Box]

    /// Joins an image with its places.
    package init(image: PixelBuffer, boxes: [Box]) {
        self.image = image
        self.boxes = boxes
    }
}
