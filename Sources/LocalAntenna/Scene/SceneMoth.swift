/// One moth of a scene: the truth that a detector's boxes can be held against.
package struct SceneMoth: Sendable, Equatable {
    /// The main colour.
    package enum Colour: String, Sendable, CaseIterable {
        case brown
        case pale
        case dark
        case green
        case orange
    }

    /// The left edge of wings and body, in pixels.
    package var x1: Int
    /// The top edge, in pixels.
    package var y1: Int
    /// The right edge, in pixels, exclusive.
    package var x2: Int
    /// The bottom edge, in pixels, exclusive.
    package var y2: Int
    /// The main colour.
    package var colour: Colour

    /// The longer side of the box, in pixels.
    package var size: Int { max(x2 - x1, y2 - y1) }

    /// The overlap with another box as a share of both together, 0…1.
    package func overlap(x1 left: Double, y1 top: Double, x2 right: Double, y2 bottom: Double) -> Double {
        let width = min(Double(x2), right) - max(Double(x1), left)
        let height = min(Double(y2), bottom) - max(Double(y1), top)
        guard width > 0, height > 0 else { return 0 }
        let both = Double((x2 - x1) * (y2 - y1)) + (right - left) * (bottom - top)
        return width * height / (both - width * height)
    }
}
