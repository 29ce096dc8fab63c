import Telemetry

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

/// Height and width in pixels, in the order of a tensor's dimensions.
package struct PixelSize: Sendable, Hashable {
    /// Rows.
    package var height: Int
    /// Pixels in a row.
    package var width: Int

    /// Creates a size.
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The size torchvision's `GeneralizedRCNNTransform` gives an image of this size: the shorter edge becomes
    /// `shortest`, unless the longer one would then be above `longest`; fractions of a pixel are dropped.
    ///
    /// Calculated as there, in doubles and with the same roundings, so that no size differs by one.
    package func fitted(shortest: Int, longest: Int) -> PixelSize {
        let scale = min(
            Double(shortest) / Double(min(height, width)),
            Double(longest) / Double(max(height, width))
        )
        return PixelSize(
            height: max(1, Int((Double(height) * scale).rounded(.down))),
            width: max(1, Int((Double(width) * scale).rounded(.down)))
        )
    }

    /// This size with both edges rounded up to multiples of `multiple`, as a detector's batch is padded.
    package func padded(toMultipleOf multiple: Int) -> PixelSize {
        PixelSize(
            height: (height + multiple - 1) / multiple * multiple,
            width: (width + multiple - 1) / multiple * multiple
        )
    }
}

/// The step from bytes to what a model was trained on: `(byte / 255 − mean) / standardDeviation` in each channel.
package struct Normalization: Sendable, Hashable {
    /// Means of red, green and blue, in units of 0…1.
    package var mean: SIMD3<Float>
    /// Standard deviations of red, green and blue, in units of 0…1.
    package var standardDeviation: SIMD3<Float>

    /// Creates a normalization.
    package init(mean: SIMD3<Float>, standardDeviation: SIMD3<Float>) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Bytes become 0…1 and nothing else.
    package static let unit = Normalization(mean: .zero, standardDeviation: .one)
}

/// Float memory for one image of a batch: three planes (red, green, blue) of `size`, rows tightly packed.
///
/// The memory is lent by the caller, who keeps it alive and gives no two slots the same bytes.
package struct PlanarSlot {
    /// The size of a plane; larger than the image where a batch is padded.
    package let size: PixelSize
    let base: UnsafeMutablePointer<Float>

    /// The floats a slot of `size` takes: 3 × height × width.
    package static func elementCount(_ size: PixelSize) -> Int { 3 * size.height * size.width }

    /// Creates a slot at the start of `memory`.
    /// - Throws: `ImagingError` with `.invalidGeometry` when `memory` is too small or `size` is empty.
    package init(_ memory: UnsafeMutableBufferPointer<Float>, size: PixelSize) throws(ImagingError) {
        guard let base = memory.baseAddress, size.height > 0, size.width > 0,
            memory.count >= Self.elementCount(size)
        else {
            throw ImagingError(
                .invalidGeometry,
                operation: OperationName("image.resample", "an image"),
                message: "\(memory.count) floats for 3 planes of \(size.width) × \(size.height)"
            )
        }
        self.base = base
        self.size = size
    }
}
