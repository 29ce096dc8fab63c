import Telemetry

/// Brings a rectangle of an image to another size, straight from bytes into normalised float planes.
///
/// No float copy of the source exists at any time: a horizontal pass turns the few source rows that an output row needs
/// into floats of the output's width, a vertical pass joins them.
package enum Resampler {
    /// How source pixels are weighed.
    package enum Filter: Sendable, Hashable {
        /// The two nearest pixels on each axis: PyTorch's `interpolate(mode="bilinear", align_corners=False)` with
        /// scales calculated from the sizes, as torchvision's detectors resize their input.
        case bilinear
        /// All pixels under a triangle as wide as the reduction: the same with `antialias=True` on floats.
        case antialiasedBilinear
    }

    /// Resamples `crop` of `source` to `size` into the top left corner of `slot`; the rest of the slot becomes zero.
    ///
    /// Pixels outside `crop` are never looked at, as if it had been cut out first.
    /// - Throws: `ImagingError` with `.invalidGeometry` when `crop` is empty or not inside the image, or `size` is empty
    ///   or larger than the slot.
    package static func resample(
        _ source: PixelBuffer,
        crop: PixelRect,
        to size: PixelSize,
        filter: Filter,
        normalization: Normalization,
        into slot: PlanarSlot
    ) throws(ImagingError) {
        try check(source, crop, size, slot)
        let pass = ResamplePass(
            columns: ResampleAxisCache.axis(from: crop.width, to: size.width, filter: filter),
            rows: ResampleAxisCache.axis(from: crop.height, to: size.height, filter: filter),
            width: size.width,
            normalization: normalization
        )
        source.withRows(columns: crop.x..<(crop.x + crop.width)) { rows in
            pass.run(from: rows, top: crop.y, height: size.height, into: slot)
        }
        clearPadding(of: slot, around: size)
    }

    /// Resamples a whole image.
    /// - Throws: `ImagingError` with `.invalidGeometry`.
    package static func resample(
        _ source: PixelBuffer,
        to size: PixelSize,
        filter: Filter,
        normalization: Normalization,
        into slot: PlanarSlot
    ) throws(ImagingError) {
        let whole = PixelRect(x: 0, y: 0, width: source.width, height: source.height)
        try resample(source, crop: whole, to: size, filter: filter, normalization: normalization, into: slot)
    }

    private static func check(
        _ source: PixelBuffer,
        _ crop: PixelRect,
        _ size: PixelSize,
        _ slot: PlanarSlot
    ) throws(ImagingError) {
        // Compared by subtraction: a sum of hostile numbers could overflow.
        let isInside =
            crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0
            && crop.width <= source.width && crop.x <= source.width - crop.width
            && crop.height <= source.height && crop.y <= source.height - crop.height
        let fits =
            size.height > 0 && size.width > 0 && size.height <= slot.size.height && size.width <= slot.size.width
        guard isInside, fits else {
            throw ImagingError(
                .invalidGeometry,
                operation: OperationName("image.resample", "an image"),
                message: "\(crop.width) × \(crop.height) at (\(crop.x), \(crop.y)) of \(source.width) × "
                    + "\(source.height), to \(size.width) × \(size.height) in \(slot.size.width) × \(slot.size.height)"
            )
        }
    }

    private static func clearPadding(of slot: PlanarSlot, around size: PixelSize) {
        guard slot.size != size else { return }
        for plane in 0..<3 {
            let start = slot.base + plane * slot.size.height * slot.size.width
            for row in 0..<size.height {
                (start + row * slot.size.width + size.width).update(repeating: 0, count: slot.size.width - size.width)
            }
            let rest = (slot.size.height - size.height) * slot.size.width
            (start + size.height * slot.size.width).update(repeating: 0, count: rest)
        }
    }
}
