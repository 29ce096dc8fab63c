import Concurrency
import Imaging
import Telemetry

/// Gets the pixels of a task's image, within the worker's budgets: from the cache, else fetched and decoded.
package struct PixelProvider: Sendable {
    private let cache: (any TensorCache)?
    private let fetcher: any ImageFetching
    private let decoding: ImageDecodingStage
    private let readAhead: Budget
    private let locks = KeyedLocks<TensorKey>()
    /// Where durations and damaged images are counted.
    package let statistics: ImageStatistics

    /// Makes a provider.
    ///
    /// - Parameters:
    ///   - cache: Asked first, and given what had to be decoded.
    ///   - fetcher: Gets the bytes.
    ///   - decoding: Decodes them, within the budget of pixels.
    ///   - imagesReadAhead: Images being fetched, or fetched and not yet decoded, at most; a quarter more of tasks that somebody waits for.
    ///   - statistics: Where durations and damaged images are counted.
    package init(
        cache: (any TensorCache)?,
        fetcher: any ImageFetching,
        decoding: ImageDecodingStage,
        imagesReadAhead: Int,
        statistics: ImageStatistics
    ) {
        self.cache = cache
        self.fetcher = fetcher
        self.decoding = decoding
        self.readAhead = Budget(limit: imagesReadAhead, spare: Lane.spare(beyond: imagesReadAhead))
        self.statistics = statistics
    }

    /// Gets the image of `task`.
    ///
    /// - Parameter task: Names the image.
    /// - Returns: The pixels, and the part of the budget they hold until it is released.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    package func pixels(of task: ImageTask) async throws -> AdmittedPixels {
        let image = try await statistics.progress.image.pass { try await cachedOrDecoded(task) }
        if image.damage != nil { statistics.damagedImages.add() }
        return image
    }

    /// Gets an image that stands for a part of a task's: no cache is asked, as nobody else wants it.
    ///
    /// - Parameter address: Where it is.
    /// - Returns: The pixels, and the part of the budget they hold until it is released.
    /// - Throws: As ``pixels(of:)``.
    func crop(at address: String) async throws -> AdmittedPixels {
        let image = try await statistics.progress.image.pass { try await decoded(address) }
        if image.damage != nil { statistics.damagedImages.add() }
        return image
    }

    private func cachedOrDecoded(_ task: ImageTask) async throws -> AdmittedPixels {
        guard let cache else { return try await decoded(task.imageURL) }
        let key = TensorKey(url: task.imageURL)
        return try await locks.withLock(for: key) {
            // What a worker stored that takes damaged images is looked at anew by one that does not.
            if let cached = try await cache.pixels(for: key, admit: decoding.admit),
                cached.damage == nil || decoding.takesDamaged
            {
                return cached
            }
            let image = try await decoded(task.imageURL)
            await cache.store(image, for: key)
            return image
        }
    }

    private func decoded(_ address: String) async throws -> AdmittedPixels {
        // Held until the image is decoded, so that compressed images do not pile up in front of a full memory.
        let slot = try await readAhead.reserve(1)
        defer { slot.release() }
        let bytes = try await statistics.time(.fetch) { try await fetcher.fetch(address) }
        let image = try await decoding.decode(bytes)
        statistics.record(image.waited, in: .admit, endedBefore: image.decoding)
        statistics.record(image.decoding, in: .decode)
        return image.pixels
    }
}
