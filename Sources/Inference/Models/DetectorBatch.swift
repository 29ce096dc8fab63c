package import Imaging
import Synchronization
import Telemetry

/// A batch of images of one localization size on its way into a detector.
///
/// It owns the floats of the model's input. Every slot is filled once, from any thread; slots can be filled in parallel.
///
/// `@unchecked Sendable`: `slots` guards who fills what. The floats of a slot are written by the one call of `fill` that
/// claimed it, and read only when all slots are filled.
package final class DetectorBatch: @unchecked Sendable {
    /// The size all its images have in the detector.
    package let size: LocalizationSize
    /// How many images it takes.
    package let count: Int

    private enum Slot {
        case empty
        case filling
        case filled(PixelBuffer)
    }

    private let slots: Mutex<[Slot]>
    private let buffer: FloatBuffer
    private let pool: FloatBufferPool
    private let rule: LocalizationRule

    init(size: LocalizationSize, count: Int, rule: LocalizationRule, pool: FloatBufferPool) throws(InferenceError) {
        self.size = size
        self.count = count
        self.rule = rule
        self.pool = pool
        slots = Mutex(Array(repeating: .empty, count: count))
        buffer = try pool.take(count: count * PlanarSlot.elementCount(size.padded))
    }

    deinit { pool.giveBack(buffer) }

    /// Resamples an image into a slot, on the calling thread, and keeps the image for its crops.
    ///
    /// Fails with `invalidInput` when the slot is taken or not there, or the image has another localization size.
    package func fill(slot: Int, with image: PixelBuffer) throws(InferenceError) {
        let operation = OperationName("batch.fill", "a batch")
        guard claim(slot) else {
            throw InferenceError(.invalidInput, operation: operation, message: "slot \(slot) of \(count) is not free")
        }
        do {
            guard rule.size(height: image.height, width: image.width) == size else {
                let message = "an image of \(image.height)×\(image.width) does not belong in a batch of \(size)"
                throw InferenceError(.invalidInput, operation: operation, message: message)
            }
            let length = PlanarSlot.elementCount(size.padded)
            let floats = UnsafeMutableBufferPointer(rebasing: buffer.floats[slot * length..<(slot + 1) * length])
            try Resampler.resample(
                image,
                to: size.image,
                filter: rule.filter,
                normalization: rule.normalization,
                into: PlanarSlot(floats, size: size.padded)
            )
        } catch {
            slots.withLock { $0[slot] = .empty }
            throw InferenceError(preparing: error, operation: operation)
        }
        slots.withLock { $0[slot] = .filled(image) }
    }

    private func claim(_ slot: Int) -> Bool {
        slots.withLock { slots in
            guard slots.indices.contains(slot), case .empty = slots[slot] else { return false }
            slots[slot] = .filling
            return true
        }
    }

    /// The images in the order of their slots; nil while one is missing.
    func images() -> [PixelBuffer]? {
        slots.withLock { slots in
            let images = slots.compactMap { slot -> PixelBuffer? in
                if case .filled(let image) = slot { image } else { nil }
            }
            return images.count == slots.count ? images : nil
        }
    }

    /// Lends the floats of some slots, one after the other.
    func withFloats<Result>(
        of slots: Range<Int>,
        _ body: (UnsafeMutableBufferPointer<Float>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let length = PlanarSlot.elementCount(size.padded)
        let floats = buffer.floats[slots.lowerBound * length..<slots.upperBound * length]
        return try body(UnsafeMutableBufferPointer(rebasing: floats))
    }
}

extension InferenceError {
    /// Turns what went wrong in making a model's input into this module's error.
    init(preparing error: any Error, operation: OperationName) {
        switch error {
        case let error as InferenceError: self = error
        case let error as ImagingError where error.code == .outOfMemory:
            self.init(.outOfMemory, operation: operation, message: error.description)
        default:
            self.init(.invalidInput, operation: operation, message: "\(error)")
        }
    }
}
