package import Inference

/// A box as its sender wrote it: four finite numbers, in pixels of the stored image.
package struct GivenBox: Sendable, Hashable {
    /// Left edge.
    package let x1: Double
    /// Top edge.
    package let y1: Double
    /// Right edge.
    package let x2: Double
    /// Bottom edge.
    package let y2: Double

    /// Makes a box; nil unless all numbers are finite.
    package init?(x1: Double, y1: Double, x2: Double, y2: Double) {
        guard [x1, y1, x2, y2].allSatisfy(\.isFinite) else { return nil }
        (self.x1, self.y1, self.x2, self.y2) = (x1, y1, x2, y2)
    }

    /// Whether it has no inside.
    package var isEmpty: Bool { x2 <= x1 || y2 <= y1 }

    /// The part that lies in an image, in whole pixels, truncated as those of the detector are; nil when nothing does.
    package func part(ofHeight height: Int, width: Int) -> Box? {
        let columns = { (value: Double) in Int(min(max(value, 0), Double(width))) }
        let rows = { (value: Double) in Int(min(max(value, 0), Double(height))) }
        let box = Box(x1: columns(x1), y1: rows(y1), x2: columns(x2), y2: rows(y2))
        return box.x2 > box.x1 && box.y2 > box.y1 ? box : nil
    }
}
