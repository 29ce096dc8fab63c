import Foundation
import Imaging
import Inference

/// An image whose pixels `colour` decides from row and column.
func image(height: Int, width: Int, _ colour: (Int, Int) -> (UInt8, UInt8, UInt8)) throws -> PixelBuffer {
    try PixelBuffer(pool: PixelBufferPool(maximumIdleBytes: 0), height: height, width: width) { bytes in
        for row in 0..<height {
            for column in 0..<width {
                let place = (row * width + column) * 3
                (bytes[place], bytes[place + 1], bytes[place + 2]) = colour(row, column)
            }
        }
    }
}

/// A lit sheet, darker towards its upper and lower edge, with ellipses on it.
///
/// Whole rows are copied: tests run unoptimised, and these are the largest images.
func sheet(
    height: Int,
    width: Int,
    insects: [Box],
    colour: (UInt8, UInt8, UInt8) = (60, 50, 45)
) throws -> PixelBuffer {
    try PixelBuffer(pool: PixelBufferPool(maximumIdleBytes: 0), height: height, width: width) { bytes in
        for row in 0..<height {
            let y = Double(row) / Double(height) - 0.5
            let light = UInt8(235 - 90 * y * y)
            let line = UnsafeMutableRawBufferPointer(rebasing: bytes[row * width * 3..<(row + 1) * width * 3])
            line.initializeMemory(as: UInt8.self, repeating: light)
            for box in insects where box.y1..<box.y2 ~= row {
                let y = (2 * Double(row - box.y1) + 1) / Double(box.y2 - box.y1) - 1
                let reach = (1 - y * y).squareRoot() * Double(box.x2 - box.x1) / 2
                let middle = Double(box.x1 + box.x2) / 2
                for column in Int(middle - reach)..<Int(middle + reach) {
                    (line[column * 3], line[column * 3 + 1], line[column * 3 + 2]) = colour
                }
            }
        }
    }
}

/// The share of the two boxes' union that both cover.
func overlap(_ left: Box, _ right: Box) -> Double {
    let width = max(0, min(left.x2, right.x2) - max(left.x1, right.x1))
    let height = max(0, min(left.y2, right.y2) - max(left.y1, right.y1))
    let both = Double(width * height)
    let areas = [left, right].map { Double(($0.x2 - $0.x1) * ($0.y2 - $0.y1)) }
    return both / (areas[0] + areas[1] - both)
}

/// The repository's `models/demo`.
let demoDirectory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../models/demo").standardizedFileURL.path
