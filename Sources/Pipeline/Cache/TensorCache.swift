package import Concurrency

/// Keeps decoded pixels between fetching and inference, and for tasks that need the same image again.
///
/// A cache is never in the way of a task: whatever goes wrong in it counts as a miss, is counted, and is otherwise silent.
package protocol TensorCache: Sendable {
    /// The pixels stored under `key`, or nil.
    ///
    /// - Parameters:
    ///   - key: Names the image.
    ///   - admit: Reserves memory for so many bytes of pixels, waiting where it must, before any are read.
    /// - Returns: The pixels with their part of the budget; nil for a miss.
    /// - Throws: Only what `admit` throws.
    func pixels(
        for key: TensorKey,
        admit: (_ byteCount: Int) async throws -> Budget.Reservation
    ) async throws -> AdmittedPixels?

    /// Stores pixels, as far as there is room.
    ///
    /// - Returns: Whether they can be read now: `false` when the cache is full, away, or cannot tell.
    @discardableResult
    func store(_ pixels: AdmittedPixels, for key: TensorKey) async -> Bool

    /// Whether pixels are stored under `key`, without reading them.
    func keeps(_ key: TensorKey) async -> Bool

    /// Why the cache does not take or find pixels; nil while it did so at the last time.
    var trouble: CacheFailure? { get }
}

extension TensorCache {
    package var trouble: CacheFailure? { nil }
}
