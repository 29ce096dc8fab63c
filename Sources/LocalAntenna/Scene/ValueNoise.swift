/// Smooth noise in the plane: random values on the points of a grid, blended in between.
struct ValueNoise: Sendable {
    private let seed: UInt32

    init(seed: UInt64) {
        self.seed = UInt32(truncatingIfNeeded: SplitMix64.mix(seed))
    }

    /// The noise at a point, 0…1; grid points are one apart.
    func callAsFunction(_ point: SIMD2<Float>) -> Float {
        let cell = point.rounded(.down)
        let fraction = point - cell
        let blend = fraction * fraction * (3 - 2 * fraction)
        let x = Int32(cell.x)
        let y = Int32(cell.y)
        let top = value(x, y) + (value(x &+ 1, y) - value(x, y)) * blend.x
        let bottom = value(x, y &+ 1) + (value(x &+ 1, y &+ 1) - value(x, y &+ 1)) * blend.x
        return top + (bottom - top) * blend.y
    }

    /// Three layers of noise, each twice as fine and half as strong, 0…1.
    func layered(_ point: SIMD2<Float>) -> Float {
        let sum = self(point) + self(point * 2 + 17) * 0.5 + self(point * 4 + 43) * 0.25
        return sum / 1.75
    }

    private func value(_ x: Int32, _ y: Int32) -> Float {
        Float(Self.hash(x, y, seed) >> 8) * 0x1p-24
    }

    /// Scrambles two whole numbers and a seed into 32 bits.
    @inline(__always)
    static func hash(_ x: Int32, _ y: Int32, _ seed: UInt32) -> UInt32 {
        var bits = UInt32(bitPattern: x) &* 0x9E37_79B1 ^ UInt32(bitPattern: y) &* 0x85EB_CA77 ^ seed
        bits = (bits ^ bits >> 15) &* 0x2C1B_3C6D
        bits = (bits ^ bits >> 12) &* 0x297A_2D39
        return bits ^ bits >> 15
    }
}
