package import Imaging

/// The size of a detector's input; images of one size can be in one batch.
package struct LocalizationSize: Sendable, Hashable, CustomStringConvertible {
    /// The part that holds the image.
    package let image: PixelSize
    /// The whole plane, with zeros below the image and to its right.
    package let padded: PixelSize

    /// Makes a size; `padded` is at least `image`.
    package init(image: PixelSize, padded: PixelSize) {
        self.image = image
        self.padded = padded
    }

    /// The image's part, height first, as in `540×1024`.
    package var description: String { "\(image.height)×\(image.width)" }
}
