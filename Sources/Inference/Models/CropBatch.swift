import Imaging
import Synchronization
import Telemetry

/// Crops as the input of classifiers: each is cut out and resized once a size, however many take it.
///
/// One thread fills and reads it, with the help of others that come and go within one call.
///
/// `@unchecked Sendable`: helpers write planes of slots of their own, and nothing else changes meanwhile.
final class CropBatch: @unchecked Sendable {
    /// The most crops it holds.
    let capacity: Int
    /// The crops in it.
    private(set) var crops: [Crop] = []

    /// Planes of every crop, made by one rule.
    private struct Input {
        let rule: PipelineManifest.CropRule
        let buffer: FloatBuffer

        /// Floats of a crop.
        var length: Int { PlanarSlot.elementCount(rule.size) }

        func planes(of slot: Int) -> UnsafeMutableBufferPointer<Float> {
            UnsafeMutableBufferPointer(rebasing: buffer.floats[slot * length..<(slot + 1) * length])
        }
    }

    /// Inputs by the way in which crops are cut out for them: those of one way differ in their normalisation.
    private var cuts: [[Input]] = []
    private let pool: FloatBufferPool

    /// Makes an empty batch.
    ///
    /// - Parameters:
    ///   - rules: The inputs that are wanted; those that are the same are made once.
    ///   - capacity: The most crops, at least one.
    ///   - pool: Lends the memory.
    /// - Throws: `outOfMemory`.
    init(_ rules: [PipelineManifest.CropRule], capacity: Int, pool: FloatBufferPool) throws(InferenceError) {
        self.capacity = capacity
        self.pool = pool
        var known: Set<PipelineManifest.CropRule> = []
        for rule in rules where known.insert(rule).inserted {
            let input = Input(
                rule: rule,
                buffer: try pool.take(count: capacity * PlanarSlot.elementCount(rule.size))
            )
            if let cut = cuts.firstIndex(where: { $0[0].rule.isCut(as: rule) }) {
                cuts[cut].append(input)
            } else {
                cuts.append([input])
            }
        }
    }

    deinit {
        for input in cuts.joined() { pool.giveBack(input.buffer) }
    }

    /// Adds a crop; there is room for it.
    ///
    /// - Parameters:
    ///   - crop: The crop.
    ///   - other: A batch that has the crop already, and where: what was made of it there is copied.
    /// - Throws: `invalidInput` when the crop's box is not inside its image.
    func append(_ crop: Crop, from other: (batch: CropBatch, slot: Int)? = nil) throws(InferenceError) {
        let slot = crops.count
        for cut in cuts {
            var missing: [Input] = []
            for input in cut {
                if let other, let made = other.batch.planes(of: other.slot, by: input.rule) {
                    _ = input.planes(of: slot).update(from: made)
                } else {
                    missing.append(input)
                }
            }
            try make(missing, of: crop, slot: slot)
        }
        crops.append(crop)
    }

    /// Adds crops; there is room for them.
    ///
    /// - Parameters:
    ///   - more: The crops.
    ///   - share: Cuts them out by several threads, if there are any.
    /// - Throws: `invalidInput` for the first whose box is not inside its image; none is added then.
    func append(_ more: [Crop], by share: RunControl.Share) throws(InferenceError) {
        let first = crops.count
        let failures = Mutex<[Int: InferenceError]>([:])
        share(more.count) { index in
            do throws(InferenceError) {
                for cut in self.cuts { try self.make(cut, of: more[index], slot: first + index) }
            } catch {
                failures.withLock { $0[index] = error }
            }
        }
        if let failure = failures.withLock({ $0.min { $0.key < $1.key } }) { throw failure.value }
        crops += more
    }

    /// Makes inputs of one cut.
    private func make(_ inputs: [Input], of crop: Crop, slot: Int) throws(InferenceError) {
        guard let last = inputs.last else { return }
        let isAlone = inputs.count == 1
        let planes = last.planes(of: slot)
        do {
            try Resampler.resample(
                crop.image,
                crop: crop.box.rect,
                to: last.rule.size,
                filter: last.rule.antialias ? .antialiasedBilinear : .bilinear,
                normalization: isAlone ? last.rule.normalization : .none,
                into: PlanarSlot(planes, size: last.rule.size)
            )
        } catch {
            throw InferenceError(preparing: error, operation: OperationName("crop.cut_out", "a crop"))
        }
        guard !isAlone else { return }
        // The last one in its own place, when nobody needs the bytes any more.
        for input in inputs {
            input.rule.normalization.apply(to: UnsafeBufferPointer(planes), into: input.planes(of: slot))
        }
    }

    private func planes(
        of slot: Int,
        by rule: PipelineManifest.CropRule
    ) -> UnsafeMutableBufferPointer<Float>? {
        cuts.joined().first { $0.rule == rule }?.planes(of: slot)
    }

    /// Empties it.
    func removeAll() {
        crops.removeAll(keepingCapacity: true)
    }

    /// The crops as one classifier takes them; nil for a rule that the batch was not made with.
    func floats(by rule: PipelineManifest.CropRule) -> UnsafeMutableBufferPointer<Float>? {
        cuts.joined().first { $0.rule == rule }.map { input in
            UnsafeMutableBufferPointer(rebasing: input.buffer.floats[..<(crops.count * input.length)])
        }
    }
}

extension PipelineManifest.CropRule {
    /// Whether crops are cut out and resized for it in the same way, whatever they are normalised by.
    func isCut(as other: PipelineManifest.CropRule) -> Bool { size == other.size && antialias == other.antialias }
}
