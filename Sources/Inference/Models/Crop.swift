package import Imaging

/// A part of an image to be classified.
package struct Crop: Sendable {
    /// The image in full resolution.
    package let image: PixelBuffer
    /// The part.
    package let box: Box
    /// Whether its features are wanted, from a classifier that has them.
    package let wantsFeatures: Bool

    /// Makes a crop; the box lies inside the image.
    package init(image: PixelBuffer, box: Box, wantsFeatures: Bool = false) {
        self.image = image
        self.box = box
        self.wantsFeatures = wantsFeatures
    }
}
