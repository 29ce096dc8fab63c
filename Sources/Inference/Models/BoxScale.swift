import Imaging

/// Brings boxes from a detector's input back to the stored image.
struct BoxScale {
    private let ratio: SIMD4<Float>
    private let limit: SIMD4<Float>

    init(height: Int, width: Int, size: LocalizationSize) {
        // In single precision, as torchvision's `resize_boxes` does it: a truncated coordinate must not differ by one.
        let x = Float(width) / Float(size.image.width)
        let y = Float(height) / Float(size.image.height)
        ratio = SIMD4(x, y, x, y)
        limit = SIMD4(Float(width), Float(height), Float(width), Float(height))
    }

    /// The box in whole pixels, truncated towards zero and inside the image; nil when nothing is left of it.
    func box(_ corners: SIMD4<Float>) -> Box? {
        let scaled = (corners * ratio).clamped(lowerBound: .zero, upperBound: limit)
        let box = Box(x1: Int(scaled[0]), y1: Int(scaled[1]), x2: Int(scaled[2]), y2: Int(scaled[3]))
        return box.x2 > box.x1 && box.y2 > box.y1 ? box : nil
    }
}
