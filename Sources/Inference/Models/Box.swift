import Imaging

/// A box in whole pixels of the stored image; `x2` and `y2` are the first column and row outside.
package struct Box: Sendable, Hashable {
    /// Left edge.
    package let x1: Int
    /// Top edge.
    package let y1: Int
    /// Right edge, exclusive.
    package let x2: Int
    /// Bottom edge, exclusive.
    package let y2: Int

    /// Makes a box.
    package init(x1: Int, y1: Int, x2: Int, y2: Int) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    var rect: PixelRect { PixelRect(x: x1, y: y1, width: x2 - x1, height: y2 - y1) }
}
