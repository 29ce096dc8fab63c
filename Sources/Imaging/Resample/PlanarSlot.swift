import Telemetry

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
