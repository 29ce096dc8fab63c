import Dispatch
package import Imaging
import Synchronization

/// Draws moths on a lit sheet, the same for the same specification.
package struct SceneGenerator: Sendable {
    /// A drawn scene.
    package struct Scene: Sendable {
        /// Width in pixels.
        package let width: Int
        /// Height in pixels.
        package let height: Int
        /// Red, green and blue of each pixel, rows from the top.
        package let pixels: [UInt8]
        /// The moths, in the order they were put down.
        package let moths: [SceneMoth]

        /// The scene as a JPEG file.
        ///
        /// - Throws: `ImagingError` when the encoder fails.
        package func jpeg(quality: Int = 90) throws(ImagingError) -> [UInt8] {
            let encoder = JPEGEncoder(quality: quality, subsampling: .both)
            let outcome: Result<[UInt8], ImagingError> = pixels.withUnsafeBytes { bytes in
                do throws(ImagingError) {
                    return .success(try encoder.encode(bytes, height: height, width: width))
                } catch {
                    return .failure(error)
                }
            }
            return try outcome.get()
        }
    }

    private let specification: SceneSpecification
    private let sheet: SheetPainter
    private let moths: [MothPainter]

    /// Decides what is in the scene; nothing is drawn yet.
    package init(_ specification: SceneSpecification) {
        var random = SplitMix64(seed: specification.seed)
        self.specification = specification
        self.sheet = SheetPainter(specification, random: &random)
        self.moths = Self.place(in: specification, random: &random)
    }

    /// Puts down 5 to 25 moths so that none touches another or the edge.
    private static func place(in specification: SceneSpecification, random: inout SplitMix64) -> [MothPainter] {
        let width = Double(specification.width)
        let height = Double(specification.height)
        let wanted = 5 + Int(random.next() % 21)
        var moths: [MothPainter] = []
        for _ in 0..<wanted * 40 where moths.count < wanted {
            // Small ones are more common; sizes follow the height of the picture.
            let share = random.unit()
            let length = max(14, height * (0.035 + 0.155 * share * share))
            let reach = length * Double(MothForm.reach)
            guard width > 2 * reach, height > 2 * reach else { continue }
            let centre: SIMD2<Float> = [
                Float(random.within(reach...(width - reach))), Float(random.within(reach...(height - reach))),
            ]
            let isFree = moths.allSatisfy { other in
                let gap = other.centre - centre
                let needed = (other.length + Float(length)) * MothForm.reach
                return dot(gap, gap) > needed * needed
            }
            if isFree { moths.append(MothPainter(centre: centre, length: Float(length), random: &random)) }
        }
        return moths
    }

    /// Draws the scene, on all cores; blocks the calling thread meanwhile.
    package func draw() -> Scene {
        let width = specification.width
        let height = specification.height
        let bandHeight = 48
        let bands = (height + bandHeight - 1) / bandHeight
        let extents = Mutex([Extent](repeating: Extent(), count: moths.count))
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            // Each band writes its own rows and no others.
            nonisolated(unsafe) let target = buffer
            DispatchQueue.concurrentPerform(iterations: bands) { band in
                let rows = band * bandHeight..<min((band + 1) * bandHeight, height)
                let found = draw(rows: rows, into: target)
                extents.withLock { all in
                    for index in all.indices { all[index].join(found[index]) }
                }
            }
            count = width * height * 3
        }
        // In a tiny picture a moth may fall between the pixels; what cannot be seen is not there.
        let truth = zip(moths, extents.withLock { $0 }).filter { !$0.1.isEmpty }.map { moth, extent in
            SceneMoth(
                x1: extent.left,
                y1: extent.top,
                x2: extent.right + 1,
                y2: extent.bottom + 1,
                colour: moth.palette.colour
            )
        }
        return Scene(width: width, height: height, pixels: pixels, moths: truth)
    }

    private func draw(rows: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) -> [Extent] {
        let width = specification.width
        var extents = [Extent](repeating: Extent(), count: moths.count)
        var row = [SIMD3<Float>](repeating: .zero, count: width)
        for y in rows {
            sheet.paint(row: y, into: &row)
            for (index, moth) in moths.enumerated() {
                let reach = moth.reach
                guard abs(moth.centre.y - Float(y)) < reach else { continue }
                for x in max(0, Int(moth.centre.x - reach))..<min(width, Int(moth.centre.x + reach)) {
                    let painted = moth.paint([Float(x), Float(y)], over: row[x])
                    row[x] = painted.colour
                    if painted.isCovered { extents[index].join(x: x, y: y) }
                }
            }
            let start = y * width * 3
            for x in 0..<width {
                let whole = (row[x] + 0.5).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
                let bytes = SIMD3<UInt8>(truncatingIfNeeded: SIMD3<Int32>(whole))
                pixels[start + x * 3] = bytes.x
                pixels[start + x * 3 + 1] = bytes.y
                pixels[start + x * 3 + 2] = bytes.z
            }
        }
        return extents
    }
}

/// The box around pixels.
private struct Extent: Sendable {
    var left = Int.max
    var top = Int.max
    var right = Int.min
    var bottom = Int.min

    var isEmpty: Bool { left > right }

    mutating func join(x: Int, y: Int) {
        left = min(left, x)
        right = max(right, x)
        top = min(top, y)
        bottom = max(bottom, y)
    }

    mutating func join(_ other: Extent) {
        left = min(left, other.left)
        right = max(right, other.right)
        top = min(top, other.top)
        bottom = max(bottom, other.bottom)
    }
}
