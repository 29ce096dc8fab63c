package import Imaging

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
    package let normalization: Normalization
    /// Rows and columns are filled up with zeros to a multiple of this.
    package let padMultiple: Int

    /// Makes a rule; all numbers are positive.
    package init(
        shorterSide: Int,
        longerSideMaximum: Int,
        antialias: Bool,
        normalization: Normalization,
        padMultiple: Int
    ) {
        self.shorterSide = shorterSide
        self.longerSideMaximum = longerSideMaximum
        self.antialias = antialias
        self.normalization = normalization
        self.padMultiple = padMultiple
    }

    /// The size an image of `height` × `width` gets.
    package func size(height: Int, width: Int) -> LocalizationSize {
        let image = PixelSize(height: height, width: width).fitted(shortest: shorterSide, longest: longerSideMaximum)
        return LocalizationSize(image: image, padded: image.padded(toMultipleOf: padMultiple))
    }

    /// The same for images of which only a run is wanted, whatever it finds, and a cheap one.
    var reduced: LocalizationRule {
        LocalizationRule(
            shorterSide: min(shorterSide, 256),
            longerSideMaximum: min(longerSideMaximum, 512),
            antialias: antialias,
            normalization: normalization,
            padMultiple: padMultiple
        )
    }

    var filter: Resampler.Filter { antialias ? .antialiasedBilinear : .bilinear }
}
