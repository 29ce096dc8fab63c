/// Something the detector found.
package struct Detection: Sendable, Hashable {
    /// Where it is.
    package let box: Box
    /// How sure the detector is, above the pipeline's threshold and at most 1.
    package let score: Float

    /// Makes a detection.
    package init(box: Box, score: Float) {
        self.box = box
        self.score = score
    }
}
