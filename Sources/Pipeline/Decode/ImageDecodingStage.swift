package import Imaging
package import Threading

/// Turns fetched bytes into pixels, within a budget of bytes of pixels.
package struct ImageDecodingStage: Sendable {
    /// A decoded image, and how long it took.
    struct Decoded {
        let pixels: AdmittedPixels
        /// How long the image waited for memory.
        let waited: Duration
        /// How long it waited for a thread and was decoded.
        let decoding: Duration
    }

    private let decoder: ImageDecoder
    private let buffers: PixelBufferPool
    private let threads: BlockingPool
    private let budget: Budget

    /// Makes the stage.
    ///
    /// - Parameters:
    ///   - decoder: Knows the formats and the limit of pixels.
    ///   - buffers: Where the memory comes from.
    ///   - threads: Where decoding runs.
    ///   - budget: Bytes of pixels that may be in memory at the same time.
    package init(decoder: ImageDecoder, buffers: PixelBufferPool, threads: BlockingPool, budget: Budget) {
        self.decoder = decoder
        self.buffers = buffers
        self.threads = threads
        self.budget = budget
    }

    /// Reads the header, waits for memory, and decodes.
    ///
    /// - Parameters:
    ///   - bytes: A whole JPEG or PNG.
    ///   - waiting: Wraps the wait where memory is not free at once.
    /// - Returns: The pixels with their part of the budget.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    func decode(
        _ bytes: [UInt8],
        waiting: (() async throws -> Budget.Reservation) async throws -> Budget.Reservation
    ) async throws -> Decoded {
        do {
            let header = try decoder.header(of: bytes)
            let needed = header.pixelByteCount + header.scratchByteCount
            let (reservation, waited) = try await admit(needed, waiting: waiting)
            let admitted = ContinuousClock.now
            let (decoder, buffers) = (self.decoder, self.buffers)
            let pixels = try await threads.run { try decoder.decode(bytes, into: buffers) }
            return Decoded(
                pixels: AdmittedPixels(buffer: pixels, reservation: reservation),
                waited: waited,
                decoding: .now - admitted
            )
        } catch let error as ImagingError {
            throw TaskFailure(
                stage: .decode,
                message: "The image could not be decoded: \(error.message)",
                isRetriable: error.isRetriable
            )
        }
    }

    /// Reserves memory for pixels.
    ///
    /// - Parameters:
    ///   - byteCount: Height × width × 3.
    ///   - waiting: Wraps the wait where memory is not free at once.
    /// - Returns: The reservation, and how long it was waited for.
    /// - Throws: `CancellationError`.
    func admit(
        _ byteCount: Int,
        waiting: (() async throws -> Budget.Reservation) async throws -> Budget.Reservation
    ) async throws -> (reservation: Budget.Reservation, waited: Duration) {
        if let free = budget.reserveIfFree(byteCount) { return (free, .zero) }
        let began = ContinuousClock.now
        let reservation = try await waiting { try await budget.reserve(byteCount) }
        return (reservation, .now - began)
    }
}
