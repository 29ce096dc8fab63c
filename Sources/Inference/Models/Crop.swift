package import Imaging

/// A part of an image to be classified.
package struct Crop: Sendable {
    /// The image in full resolution.
    package let image: PixelBuffer
    /// The part.
    package let box: Box

    /// Makes a crop; the box lies inside the image.
    package init(image: PixelBuffer, box: Box) {
        self.image = image
        self.box = box
    }
}
