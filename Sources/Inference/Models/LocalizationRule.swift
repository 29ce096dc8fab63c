/// How an image becomes a detector's input: shrunk or grown until its shorter side has a given length, unless the longer
/// side would get too long.
package struct LocalizationRule: Sendable, Hashable {
    /// Pixels the shorter side should have.
    package let shorterSide: Int
    /// Pixels the longer side may have.
    package let longerSideMaximum: Int
    /// Whether shrinking averages over all pixels.
    package let antialias: Bool
    /// How values become floats.
    package let normalization: PipelineManifest.ChannelNormalization
    /// Rows and columns are filled up with zeros to a multiple of this.
    package let padMultiple: Int

    /// The size an image of `height` × `width` gets.
    ///
    /// The same as torchvision's `GeneralizedRCNNTransform`: one scale in double precision, each side rounded down.
    package func size(height: Int, width: Int) -> LocalizationSize {
        let shorter = Double(min(height, width))
        let longer = Double(max(height, width))
        let scale = min(Double(shorterSide) / shorter, Double(longerSideMaximum) / longer)
        return LocalizationSize(
            height: max(1, Int(Double(height) * scale)),
            width: max(1, Int(Double(width) * scale)),
            padMultiple: padMultiple
        )
    }
}

/// The size of a detector's input; images of one size can be in one batch.
package struct LocalizationSize: Sendable, Hashable, CustomStringConvertible {
    /// Rows that hold the image.
    package let height: Int
    /// Columns that hold the image.
    package let width: Int
    /// Rows with the zeros below the image.
    package let paddedHeight: Int
    /// Columns with the zeros to the right of the image.
    package let paddedWidth: Int

    /// Makes a size, filled up to a multiple of `padMultiple`.
    package init(height: Int, width: Int, padMultiple: Int) {
        self.height = height
        self.width = width
        paddedHeight = (height + padMultiple - 1) / padMultiple * padMultiple
        paddedWidth = (width + padMultiple - 1) / padMultiple * padMultiple
    }

    /// Floats in one image of the batch.
    package var elementCount: Int { 3 * paddedHeight * paddedWidth }

    /// The image's part, as in `702×1333`.
    package var description: String { "\(height)×\(width)" }
}
