import Imaging
import LocalAntenna

/// Small pictures of dark ovals on a bright sheet, quick to draw and decode, in which the demo models find something.
enum TestSheet {
    /// `count` different pictures of 640 × 400.
    static func sources(_ count: Int) throws -> [ImageSource] {
        try (0..<count).map { .bytes(try draw($0)) }
    }

    /// A picture with as many pixels as those of a good camera: 72 MB once it is decoded.
    static func largeSource() throws -> ImageSource {
        let (height, width) = (4_000, 6_000)
        let pixels = [UInt8](repeating: 225, count: height * width * 3)
        return .bytes(
            try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: height, width: width) }
        )
    }

    private static func draw(_ number: Int) throws -> [UInt8] {
        let (height, width) = (400, 640)
        let ovals = (0..<4).map { (x: 90 + 140 * $0, y: 110 + (number * 37 + $0 * 61) % 180, radius: 14 + 5 * $0) }
        var pixels = [UInt8](repeating: 225, count: height * width * 3)
        for oval in ovals {
            for y in max(0, oval.y - oval.radius)..<min(height, oval.y + oval.radius) {
                for x in max(0, oval.x - 2 * oval.radius)..<min(width, oval.x + 2 * oval.radius) {
                    let (dx, dy) = (x - oval.x, 2 * (y - oval.y))
                    guard dx * dx + dy * dy < 4 * oval.radius * oval.radius else { continue }
                    let start = (y * width + x) * 3
                    (pixels[start], pixels[start + 1], pixels[start + 2]) = (90, 60, 40)
                }
            }
        }
        return try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: height, width: width) }
    }
}
