/// Where the pixels of a stored row go in the picture as it is seen.
struct TIFFOrientation: Equatable {
    /// Rows become columns.
    let swapsSides: Bool
    private let mirrorsColumns: Bool
    private let mirrorsRows: Bool

    /// Of 1 to 8, as in EXIF; anything else is as stored.
    init(orientation: UInt16) {
        swapsSides = (5...8).contains(orientation)
        mirrorsColumns = [2, 3, 7, 8].contains(orientation)
        mirrorsRows = [3, 4, 6, 7].contains(orientation)
    }

    /// The number of a pixel in the picture as it is seen.
    ///
    /// - Parameters:
    ///   - column: As stored, less than `width`.
    ///   - row: As stored, less than `height`.
    ///   - width: As stored.
    ///   - height: As stored.
    /// - Returns: Rows as they are seen times their length, and the column in them.
    func place(column: Int, row: Int, width: Int, height: Int) -> Int {
        let x = mirrorsColumns ? width - 1 - column : column
        let y = mirrorsRows ? height - 1 - row : row
        return swapsSides ? x * height + y : y * width + x
    }
}
