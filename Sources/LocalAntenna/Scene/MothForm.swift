/// How a moth sits: the outline of its right half, in units of its length.
///
/// The head looks along −y; the left half is the mirror image. Outlines are polygons with rounded corners.
enum MothForm: Int, CaseIterable, Sendable {
    /// Wings folded into a triangle over the body, like an owlet moth.
    case folded
    /// All four wings spread flat, like a geometer moth.
    case spread
    /// Wings rolled around the body, like a grass moth.
    case slender
    /// Broad wings held half open, like a tiger moth.
    case broad

    /// The outline of one wing.
    struct Wing: Sendable {
        let corners: [SIMD2<Float>]
        let rounding: Float
        /// Where the wing joins the body: patterns are drawn around this point.
        let root: SIMD2<Float>

        /// The distance to the outline, negative inside.
        func distance(_ point: SIMD2<Float>) -> Float {
            var nearest = Float.infinity
            var isInside = false
            var previous = corners[corners.count - 1]
            for corner in corners {
                let edge = previous - corner
                let offset = point - corner
                let along = max(0, min(1, dot(offset, edge) / dot(edge, edge)))
                let gap = offset - edge * along
                nearest = min(nearest, dot(gap, gap))
                let crosses = (corner.y > point.y) != (previous.y > point.y)
                if crosses, offset.x < edge.x * offset.y / edge.y { isInside.toggle() }
                previous = corner
            }
            return (isInside ? -nearest.squareRoot() : nearest.squareRoot()) - rounding
        }
    }

    /// The wings from the lowest to the topmost.
    var wings: [Wing] {
        switch self {
        case .folded:
            [
                Wing(
                    corners: [
                        [0, -0.24], [0.07, -0.24], [0.17, -0.05], [0.26, 0.2], [0.31, 0.36], [0.16, 0.42], [0, 0.38],
                    ],
                    rounding: 0.065,
                    root: [0.05, -0.34]
                )
            ]
        case .spread:
            [
                Wing(
                    corners: [[0.06, 0.06], [0.38, 0.14], [0.42, 0.26], [0.32, 0.36], [0.22, 0.38], [0.1, 0.3]],
                    rounding: 0.09,
                    root: [0.03, 0]
                ),
                Wing(
                    corners: [
                        [0.04, -0.15], [0.3, -0.24], [0.5, -0.27], [0.66, -0.24], [0.6, -0.08], [0.44, 0.09],
                        [0.06, 0.01],
                    ],
                    rounding: 0.05,
                    root: [0.03, -0.12]
                ),
            ]
        case .slender:
            [
                Wing(
                    corners: [[0, -0.3], [0.03, -0.3], [0.08, 0], [0.1, 0.36], [0.04, 0.44], [0, 0.43]],
                    rounding: 0.05,
                    root: [0.02, -0.38]
                )
            ]
        case .broad:
            [
                Wing(
                    corners: [[0.06, 0.08], [0.34, 0.2], [0.33, 0.33], [0.22, 0.4], [0.14, 0.38]],
                    rounding: 0.09,
                    root: [0.03, 0]
                ),
                Wing(
                    corners: [
                        [0.04, -0.18], [0.2, -0.17], [0.38, 0], [0.5, 0.16], [0.42, 0.27], [0.2, 0.14], [0.05, 0],
                    ],
                    rounding: 0.07,
                    root: [0.04, -0.2]
                ),
            ]
        }
    }

    /// The distance to thorax, abdomen and head, negative inside.
    func bodyDistance(_ point: SIMD2<Float>) -> Float {
        let thorax = Self.capsule(point, from: -0.24, to: -0.1, radius: self == .slender ? 0.05 : 0.085)
        let abdomen = Self.capsule(point, from: -0.1, to: self == .slender ? 0.3 : 0.32, radius: 0.055)
        let head = Self.capsule(point, from: -0.36, to: -0.35, radius: self == .slender ? 0.04 : 0.05)
        return min(thorax, min(abdomen, head))
    }

    /// Whether the abdomen lies under the wings.
    var hidesAbdomen: Bool { self == .folded || self == .slender }

    /// The distance to the antenna.
    func antennaDistance(_ point: SIMD2<Float>) -> Float {
        let tip: SIMD2<Float> = self == .slender ? [0.1, -0.62] : [0.26, -0.58]
        let root: SIMD2<Float> = [0.025, -0.38]
        let edge = tip - root
        let along = max(0, min(1, dot(point - root, edge) / dot(edge, edge)))
        // Bent outwards in the middle, at right angles so that the nearest point stays the nearest.
        let bend = SIMD2(-edge.y, edge.x) * (along * (1 - along) * 0.5)
        let gap = point - root - edge * along - bend
        return dot(gap, gap).squareRoot()
    }

    /// The distance to a rod along the axis, rounded at both ends.
    private static func capsule(_ point: SIMD2<Float>, from top: Float, to bottom: Float, radius: Float) -> Float {
        let gap: SIMD2<Float> = [point.x, point.y - max(top, min(bottom, point.y))]
        return dot(gap, gap).squareRoot() - radius
    }

    /// No part reaches further from the middle than this.
    static let reach: Float = 0.8
}

/// The inner product of two vectors of the plane.
@inline(__always)
func dot(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    a.x * b.x + a.y * b.y
}
