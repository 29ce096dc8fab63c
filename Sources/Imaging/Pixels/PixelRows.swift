import CYCbCr

/// Some columns of an image as rows of red, green and blue bytes, made when they are looked at.
///
/// Pixels as rows of RGB: every reader sees the same bytes, however they lie in memory. Confined to the closure that it is lent to.
package struct PixelRows {
    private enum Source {
        case rgb(first: UnsafeRawPointer, rowByteCount: Int)
        case planes(PlaneRows)
    }

    private let source: Source
    /// Bytes from one pixel to the next, 3 or 4; red, green and blue are the first three.
    package let pixelStride: Int

    /// The first of the columns in row `row`, which is inside the image; valid until the next call.
    ///
    /// A byte behind the last pixel may be read.
    package func first(of row: Int) -> UnsafeRawPointer {
        switch source {
        case .rgb(let first, let rowByteCount): first + row &* rowByteCount
        case .planes(let planes): planes.convert(row)
        }
    }
}

extension PixelBuffer {
    /// Lends some columns of all rows for the duration of `body`.
    ///
    /// - Parameters:
    ///   - columns: Not empty, and inside the image.
    ///   - body: Reads the rows, in any order.
    /// - Returns: What `body` returns.
    package func withRows<Result>(columns: Range<Int>, _ body: (PixelRows) -> Result) -> Result {
        precondition(
            !columns.isEmpty && columns.lowerBound >= 0 && columns.upperBound <= width,
            "columns outside the image"
        )
        return withUnsafeBytes { bytes in
            // A buffer is never empty.
            let base = bytes.baseAddress.unsafelyUnwrapped
            switch layout {
            case .rgb:
                return body(PixelRows(rgb: base + columns.lowerBound * 3, rowByteCount: width * 3))
            case .planes420:
                return PlaneRows.withRows(of: base, height: height, width: width, columns: columns) { planes in
                    body(PixelRows(planes: planes))
                }
            }
        }
    }

    /// Lends the image as packed RGB, height × width × 3 bytes: planes are converted into memory of their own for it.
    package func withRGB<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard layout != .rgb else { return try withUnsafeBytes(body) }
        let count = PixelLayout.rgb.byteCount(height: height, width: width)
        // A byte more than is needed, as four are copied for three: the next pixel covers the fourth.
        let rgb = [UInt8](unsafeUninitializedCapacity: count + 1) { bytes, initializedCount in
            guard var target = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
            withRows(columns: 0..<width) { rows in
                for row in 0..<height {
                    var pixel = rows.first(of: row)
                    for _ in 0..<width {
                        target.storeBytes(of: pixel.loadUnaligned(as: UInt32.self), as: UInt32.self)
                        target += 3
                        pixel += rows.pixelStride
                    }
                }
            }
            initializedCount = count
        }
        return try rgb.withUnsafeBufferPointer { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}

extension PixelRows {
    fileprivate init(rgb first: UnsafeRawPointer, rowByteCount: Int) {
        source = .rgb(first: first, rowByteCount: rowByteCount)
        pixelStride = 3
    }

    fileprivate init(planes: PlaneRows) {
        source = .planes(planes)
        pixelStride = 4
    }
}

/// Planes of YCbCr, of which one row at a time becomes RGB in memory of its own.
private struct PlaneRows {
    let planes: CYCbCrPlanes
    /// The columns of chroma that the pixels asked for belong to.
    let colourColumns: Range<Int>
    /// Whether the first pixel asked for is the second one of its column of chroma.
    let beginsOdd: Bool
    let sums: UnsafeMutablePointer<Int16>
    let pixels: UnsafeMutablePointer<UInt8>

    private static let converter = cycbcr_converter()

    func convert(_ row: Int) -> UnsafeRawPointer {
        withUnsafePointer(to: planes) { planes in
            Self.converter(planes, row, colourColumns.lowerBound, colourColumns.count, sums, pixels)
        }
        return UnsafeRawPointer(pixels) + (beginsOdd ? 4 : 0)
    }

    static func withRows<Result>(
        of base: UnsafeRawPointer,
        height: Int,
        width: Int,
        columns: Range<Int>,
        _ body: (PlaneRows) -> Result
    ) -> Result {
        let (colourHeight, colourWidth) = ((height + 1) / 2, (width + 1) / 2)
        let luma = base.assumingMemoryBound(to: UInt8.self)
        let blue = luma + colourHeight * colourWidth * 4
        let planes = CYCbCrPlanes(
            luma: luma,
            blue: blue,
            red: blue + colourHeight * colourWidth,
            colour_width: colourWidth,
            colour_height: colourHeight
        )
        let colourColumns = columns.lowerBound / 2..<(columns.upperBound + 1) / 2
        let sumCount = cycbcr_sum_count(colourColumns.count)
        let byteCount = cycbcr_pixel_byte_count(colourColumns.count)
        return withUnsafeTemporaryAllocation(of: Int16.self, capacity: sumCount) { sums in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { pixels in
                body(
                    PlaneRows(
                        planes: planes,
                        colourColumns: colourColumns,
                        beginsOdd: columns.lowerBound % 2 == 1,
                        sums: sums.baseAddress.unsafelyUnwrapped,
                        pixels: pixels.baseAddress.unsafelyUnwrapped
                    )
                )
            }
        }
    }
}
