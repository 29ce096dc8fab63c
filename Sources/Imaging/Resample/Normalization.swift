/// The step from bytes to what a model was trained on: `(byte / 255 − mean) / standardDeviation` in each channel.
package struct Normalization: Sendable, Hashable {
    /// Means of red, green and blue, in units of 0…1.
    package var mean: SIMD3<Float>
    /// Standard deviations of red, green and blue, in units of 0…1.
    package var standardDeviation: SIMD3<Float>

    /// Creates a normalisation.
    package init(mean: SIMD3<Float>, standardDeviation: SIMD3<Float>) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Bytes become 0…1 and nothing else.
    package static let unit = Normalization(mean: .zero, standardDeviation: .one)
}
