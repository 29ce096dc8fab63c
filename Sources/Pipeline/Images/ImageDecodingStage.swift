package import Concurrency
package import Imaging
import Telemetry

/// Turns fetched bytes into pixels, within a budget of bytes of pixels.
package struct ImageDecodingStage: Sendable {
    /// A decoded image, and how long it took.
    struct Decoded {
        let pixels: AdmittedPixels
        /// How long the image waited for memory and a thread.
        let waited: Duration
        /// How long decoding took.
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

    /// Whether images are taken of which a part is missing or wrong.
    var takesDamaged: Bool { decoder.damaged == .accept }

    /// Reads the header, waits for memory, and decodes.
    ///
    /// - Parameter bytes: A whole image file.
    /// - Returns: The pixels with their part of the budget.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    func decode(_ bytes: [UInt8]) async throws -> Decoded {
        do {
            let header = try decoder.header(of: bytes)
            let began = ContinuousClock.now
            let reservation = try await admit(header.pixelByteCount + header.scratchByteCount)
            let (decoder, buffers) = (self.decoder, self.buffers)
            let (image, decoding) = try await threads.run {
                let began = ContinuousClock.now
                let image = try decoder.decode(bytes, header: header, into: buffers)
                return (image, began.duration(to: .now))
            }
            reservation.shrink(to: header.pixelByteCount)
            return Decoded(
                pixels: AdmittedPixels(
                    buffer: image.pixels,
                    reservation: reservation,
                    damage: image.damage.map { "\($0)" }
                ),
                waited: began.duration(to: .now) - decoding,
                decoding: decoding
            )
        } catch let error as ImagingError {
            throw TaskFailure(
                stage: .decode,
                message: "The image could not be decoded: \(error.message)",
                isRetriable: error.isRetriable
            )
        }
    }

    /// Reserves memory for pixels, waiting until it is free.
    ///
    /// - Parameter byteCount: What the pixels take, and what making them takes beside them.
    /// - Returns: The reservation.
    /// - Throws: `TaskFailure` for more than the whole budget, which no wait will make free; `CancellationError`.
    func admit(_ byteCount: Int) async throws -> Budget.Reservation {
        guard byteCount <= budget.limit else {
            throw TaskFailure(
                stage: .decode,
                message: "The image could not be decoded: that takes \(Self.mebibytes(byteCount)) of memory, "
                    + "more than the \(Self.mebibytes(budget.limit)) of memory.pixel_budget"
            )
        }
        return try await budget.reserve(byteCount)
    }

    private static func mebibytes(_ count: Int) -> String {
        count < 1 << 20 ? "\(count) bytes" : "\((count + (1 << 20) - 1) >> 20) MiB"
    }
}
