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

    /// Bytes stay what they are, for ``apply(to:into:)``.
    package static let none = Normalization(mean: .zero, standardDeviation: SIMD3(repeating: 1 / 255))

    /// The step of one channel, as one product and one sum.
    func step(of plane: Int) -> (scale: Float, bias: Float) {
        (1 / (255 * standardDeviation[plane]), -mean[plane] / standardDeviation[plane])
    }

    /// Normalises planes that were resampled with ``none``: the result is the same, bit for bit, as if they had been resampled with this.
    ///
    /// - Parameters:
    ///   - planes: Three planes of equal size, one behind the other.
    ///   - output: As many floats, which may be the same ones.
    package func apply(to planes: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>) {
        let size = min(planes.count, output.count) / 3
        for plane in 0..<3 {
            let (scale, bias) = step(of: plane)
            for place in plane * size..<(plane + 1) * size { output[place] = planes[place] * scale + bias }
        }
    }
}
