/// Which source samples make each output sample along one axis, and with what weights.
///
/// The arithmetic follows PyTorch's CPU kernels of `interpolate` operation by operation, single precision included:
/// a source coordinate in the thousands has steps of 2⁻¹², so another order of roundings would show in the result.
struct ResampleAxis: Sendable {
    /// The first source sample of each output sample; never decreasing.
    private(set) var starts: [Int] = []
    /// The source samples of each output sample; at least one.
    private(set) var counts: [Int] = []
    /// Rows of `taps` weights, one row an output sample; beyond `counts` they are zero.
    private(set) var weights: [Float] = []
    /// The largest number of source samples an output sample has.
    let taps: Int

    /// Weights of the two nearest samples, edges repeated (`align_corners=False, antialias=False`).
    init(bilinear input: Int, to output: Int) {
        taps = min(2, input)
        reserve(output)
        let scale = Float(input) / Float(output)
        for index in 0..<output {
            // One rounding for both operations, as the fused instruction of the original's kernels.
            let coordinate = max(0, (-0.5 as Float).addingProduct(scale, Float(index) + 0.5))
            let left = min(Int(coordinate), input - 1)
            let fraction = min(max(coordinate - Float(left), 0), 1)
            if taps == 1 {
                append(start: 0, [1])
            } else if left == input - 1 {
                append(start: left - 1, [0, 1])
            } else {
                append(start: left, [1 - fraction, fraction])
            }
        }
    }

    /// Weights of a triangle as wide as the step between output samples (`antialias=True`).
    init(antialiased input: Int, to output: Int) {
        let scale = Float(input) / Float(output)
        let support = scale >= 1 ? scale : 1
        let inverse = scale >= 1 ? 1 / scale : 1
        let widest = Int(support.rounded(.up)) * 2 + 1
        taps = min(widest, input)
        reserve(output)
        for index in 0..<output {
            let centre = Float(Double(scale) * (Double(index) + 0.5))
            let start = max(Int(Double(centre - support) + 0.5), 0)
            let end = min(Int(Double(centre + support) + 0.5), input)
            let row = (0..<min(max(end - start, 1), taps)).map { offset in
                let distance = Float((Double(Float(start + offset) - centre) + 0.5) * Double(inverse)).magnitude
                return distance < 1 ? 1 - distance : 0
            }
            let total = row.reduce(0, +)
            append(start: start, total == 0 ? row : row.map { $0 / total })
        }
    }

    private mutating func reserve(_ output: Int) {
        starts.reserveCapacity(output)
        counts.reserveCapacity(output)
        weights.reserveCapacity(output * taps)
    }

    private mutating func append(start: Int, _ row: [Float]) {
        starts.append(start)
        counts.append(row.count)
        weights.append(contentsOf: row)
        weights.append(contentsOf: repeatElement(0, count: taps - row.count))
    }
}
