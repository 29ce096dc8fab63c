/// One resampling: horizontal into a ring of float rows, vertical out of it.
struct ResamplePass {
    private typealias Lanes = SIMD8<Float>

    let columns: ResampleAxis
    let rows: ResampleAxis
    let width: Int
    let normalization: Normalization

    /// Floats of a plane's row in the ring, rounded up so that the vertical pass reads whole vectors.
    private var ringWidth: Int { (width + Lanes.scalarCount - 1) / Lanes.scalarCount * Lanes.scalarCount }

    /// Reads the rectangle's columns from row `top` on, and writes `height` rows.
    func run(from source: PixelRows, top: Int, height: Int, into slot: PlanarSlot) {
        let ringRow = ringWidth * 3
        // Rows of the ring, and one pointer for each of the rows an output row joins.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: ringRow * rows.taps) { ring in
            ring.initialize(repeating: 0)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: rows.taps) { joined in
                guard let ringBase = ring.baseAddress else { return }
                joined.initialize(repeating: UnsafePointer(ringBase))
                var nextRow = 0
                for row in 0..<height {
                    let start = rows.starts[row]
                    let count = rows.counts[row]
                    for sourceRow in max(nextRow, start)..<max(nextRow, start + count) {
                        let line = ringBase + sourceRow % rows.taps * ringRow
                        horizontal(from: source.first(of: top + sourceRow), pixelStride: source.pixelStride, into: line)
                    }
                    nextRow = max(nextRow, start + count)
                    for tap in 0..<count {
                        joined[tap] = UnsafePointer(ringBase + (start + tap) % rows.taps * ringRow)
                    }
                    vertical(joined, count: count, row: row, into: slot)
                }
            }
        }
    }

    /// Turns one source row into `width` floats in each of three planes.
    private func horizontal(from source: UnsafeRawPointer, pixelStride: Int, into line: UnsafeMutablePointer<Float>) {
        let taps = columns.taps
        let green = line + ringWidth
        let blue = green + ringWidth
        columns.starts.withUnsafeBufferPointer { starts in
            columns.counts.withUnsafeBufferPointer { counts in
                columns.weights.withUnsafeBufferPointer { weights in
                    for column in 0..<width {
                        var pixel = source + starts[column] &* pixelStride
                        let first = column &* taps
                        var sum = Self.load(pixel) * weights[first]
                        if taps == 2 {
                            // The detector's case. Where only one pixel counts, the weight of the next is zero.
                            sum += Self.load(pixel + pixelStride) * weights[first &+ 1]
                        } else {
                            var tap = 1
                            while tap < counts[column] {
                                pixel += pixelStride
                                sum += Self.load(pixel) * weights[first &+ tap]
                                tap &+= 1
                            }
                        }
                        line[column] = sum.x
                        green[column] = sum.y
                        blue[column] = sum.z
                    }
                }
            }
        }
    }

    /// Red, green, blue and one byte more as floats.
    ///
    /// Pixel memory has bytes behind its last pixel for this. Loaded as one number: four loads of a byte are slower.
    @inline(__always)
    private static func load(_ pixel: UnsafeRawPointer) -> SIMD4<Float> {
        SIMD4<Float>(unsafeBitCast(pixel.loadUnaligned(as: UInt32.self), to: SIMD4<UInt8>.self))
    }

    /// Joins rows of the ring into one output row of each plane.
    private func vertical(
        _ lines: UnsafeMutableBufferPointer<UnsafePointer<Float>>,
        count: Int,
        row: Int,
        into slot: PlanarSlot
    ) {
        let ringWidth = ringWidth
        rows.weights.withUnsafeBufferPointer { allWeights in
            let first = row * rows.taps
            for plane in 0..<3 {
                let (scale, bias) = normalization.step(of: plane)
                let output = slot.base + (plane * slot.size.height + row) * slot.size.width
                for column in stride(from: 0, to: width, by: Lanes.scalarCount) {
                    var sum = Lanes.zero
                    for tap in 0..<count {
                        let values = UnsafeRawPointer(lines[tap] + plane * ringWidth + column)
                        sum += values.loadUnaligned(as: Lanes.self) * allWeights[first + tap]
                    }
                    Self.store(sum * scale + bias, to: output + column, count: width - column)
                }
            }
        }
    }

    @inline(__always)
    private static func store(_ values: Lanes, to output: UnsafeMutablePointer<Float>, count: Int) {
        if count >= Lanes.scalarCount {
            UnsafeMutableRawPointer(output).storeBytes(of: values, as: Lanes.self)
        } else {
            for lane in 0..<count { output[lane] = values[lane] }
        }
    }
}
