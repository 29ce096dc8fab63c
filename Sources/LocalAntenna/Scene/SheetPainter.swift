/// Paints the lit sheet: lamp light that falls off, folds, the weave of the cloth, sensor noise, a few midges.
struct SheetPainter: Sendable {
    private let width: Int
    private let height: Int
    private let seed: UInt32
    private let folds: ValueNoise
    private let lamp: SIMD2<Float>
    private let tint: SIMD3<Float>
    private let weave: [Float]
    private let midges: [(centre: SIMD2<Float>, radius: Float)]

    init(_ specification: SceneSpecification, random: inout SplitMix64) {
        self.width = specification.width
        self.height = specification.height
        self.seed = UInt32(truncatingIfNeeded: random.next())
        self.folds = ValueNoise(seed: random.next())
        self.lamp = [Float(random.within(0.3...0.7)), Float(random.within(0.2...0.5))]
        self.tint = [230, Float(random.within(224...229)), Float(random.within(206...220))]
        // A thread is five pixels wide; the weave is the same in both directions.
        self.weave = (0..<max(width, height)).map { index in
            [0.0, 0.006, 0.01, 0.004, -0.008][index % 5]
        }
        let (w, h) = (Double(width), Double(height))
        self.midges = (0..<(width * height / 350_000)).map { _ in
            (
                [Float(random.within(0...w)), Float(random.within(0...h))],
                Float(random.within(0.9...2.6))
            )
        }
    }

    /// Writes one row: three floats a pixel, 0…255.
    func paint(row y: Int, into row: inout [SIMD3<Float>]) {
        let aspect = Float(width) / Float(height)
        let v = Float(y) / Float(height)
        let foldStep = 7 / Float(width)
        for x in 0..<width {
            let u = Float(x) / Float(width)
            let toLamp: SIMD2<Float> = [(u - lamp.x) * aspect, v - lamp.y]
            let light = 1.04 - 0.2 * dot(toLamp, toLamp)
            row[x] = tint * (light + weave[x] + weave[y])
        }
        // Folds change slowly: one value for eight pixels, blended in between.
        var start = folds([0, v * 4]) + 0.4 * folds([0, v * 13])
        for block in stride(from: 0, to: width, by: 8) {
            let u = Float(block) * foldStep
            let end = folds([u + 8 * foldStep, v * 4]) + 0.4 * folds([(u + 8 * foldStep) * 2.6, v * 13])
            for x in block..<min(block + 8, width) {
                let fold = start + (end - start) * Float(x - block) / 8
                let bits = ValueNoise.hash(Int32(x), Int32(y), seed)
                let grain = Float(bits & 0xFF) + Float(bits >> 8 & 0xFF) + Float(bits >> 16 & 0xFF)
                row[x] = row[x] * (0.955 + fold * 0.06) + (grain - 382.5) * 0.011
            }
            start = end
        }
        paintMidges(row: y, into: &row)
    }

    private func paintMidges(row y: Int, into row: inout [SIMD3<Float>]) {
        for (centre, radius) in midges where abs(centre.y - Float(y)) < radius + 1 {
            for x in max(0, Int(centre.x - radius - 1))..<min(width, Int(centre.x + radius + 2)) {
                let offset: SIMD2<Float> = [Float(x) - centre.x, (Float(y) - centre.y) * 1.3]
                let cover = max(0, min(1, radius - dot(offset, offset).squareRoot() + 0.5)) * 0.7
                row[x] += (SIMD3(70, 62, 54) - row[x]) * cover
            }
        }
    }
}
