/// How the pixels of an image lie in memory.
///
/// The raw value is stored with pixels that are kept outside the process.
package enum PixelLayout: UInt16, Sendable, CaseIterable {
    /// Red, green and blue of one pixel after the other, 3 bytes a pixel; rows from the top, tightly packed.
    case rgb = 1
    /// The planes of a JPEG with chroma of half the width and height, 1.5 bytes a pixel: a plane of luma, one of blue-difference and one
    /// of red-difference chroma, one after the other, rows from the top, tightly packed.
    ///
    /// Chroma has half the columns and rows, rounded up; luma twice those, so its last column and row may be behind the picture's.
    case planes420 = 2

    /// The bytes of an image.
    ///
    /// - Parameters:
    ///   - height: Rows.
    ///   - width: Pixels in a row; with `height`, a product that fits `Int` many times.
    /// - Returns: What all pixels take, without the bytes that a pool has behind them.
    package func byteCount(height: Int, width: Int) -> Int {
        switch self {
        case .rgb: height * width * 3
        case .planes420: ((height + 1) / 2) * ((width + 1) / 2) * 6
        }
    }
}
