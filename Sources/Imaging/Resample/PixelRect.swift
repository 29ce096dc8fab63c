/// A rectangle of whole pixels inside an image; `x` and `y` count from the top left corner.
package struct PixelRect: Sendable, Hashable {
    /// Left edge, in pixels.
    package var x: Int
    /// Top edge, in pixels.
    package var y: Int
    /// Pixels in a row.
    package var width: Int
    /// Rows.
    package var height: Int

    /// Creates a rectangle.
    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
