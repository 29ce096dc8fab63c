/// Height and width in pixels, in the order of a tensor's dimensions.
package struct PixelSize: Sendable, Hashable {
    /// Rows.
    package var height: Int
    /// Pixels in a row.
    package var width: Int

    /// Creates a size.
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The size torchvision's `GeneralizedRCNNTransform` gives an image of this size: the shorter edge becomes
    /// `shortest`, unless the longer one would then be above `longest`; fractions of a pixel are dropped.
    ///
    /// Calculated as there, in doubles and with the same roundings, so that no size differs by one.
    package func fitted(shortest: Int, longest: Int) -> PixelSize {
        let scale = min(
            Double(shortest) / Double(min(height, width)),
            Double(longest) / Double(max(height, width))
        )
        return PixelSize(
            height: max(1, Int((Double(height) * scale).rounded(.down))),
            width: max(1, Int((Double(width) * scale).rounded(.down)))
        )
    }

    /// This size with both edges rounded up to multiples of `multiple`, as a detector's batch is padded.
    package func padded(toMultipleOf multiple: Int) -> PixelSize {
        PixelSize(
            height: (height + multiple - 1) / multiple * multiple,
            width: (width + multiple - 1) / multiple * multiple
        )
    }
}
