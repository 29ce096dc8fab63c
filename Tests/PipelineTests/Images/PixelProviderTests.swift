import Concurrency
import Imaging
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Pipeline

@Suite struct PixelProviderTests {
    @Test func anImageThatTwoPipelinesWantIsFetchedAndDecodedOnce() async throws {
        let host = try ImageHost()
        let images = try host.provider(cacheBytes: 1 << 20)
        let buffers = try await withThrowingTaskGroup(of: PixelBuffer.self) { group in
            for pipeline in ["moths", "all", "moths", "all"] {
                group.addTask {
                    try await images.pixels(of: host.task(1, pipeline: pipeline)).buffer
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(buffers.count == 4 && host.requests == 1)
        _ = try await images.pixels(of: host.task(1, pipeline: "later"))
        #expect(host.requests == 1)
        _ = try await images.pixels(of: host.task(2, pipeline: "moths"))
        #expect(host.requests == 2)
    }

    @Test func anImageThatCouldNotBeHadIsAskedForByEveryTask() async throws {
        let host = try ImageHost(isBroken: true)
        let images = try host.provider(cacheBytes: 1 << 20)
        for _ in 0..<2 {
            await #expect(throws: TaskFailure.self) {
                try await images.pixels(of: host.task(1, pipeline: "moths"))
            }
        }
        #expect(host.requests == 2)
    }

    @Test func aDamagedImageThatIsTakenIsCountedAndLogged() async throws {
        let host = try ImageHost(isCut: true)
        let refusing = try host.provider()
        await #expect(throws: TaskFailure.self) {
            try await refusing.pixels(of: host.task(1, pipeline: "moths"))
        }
        let statistics = ImageStatistics()
        let cache = MemoryTensorCache(maximumBytes: 1 << 20)
        let images = try host.provider(cache: cache, damaged: .accept, statistics: statistics)
        let log = CapturedLog()
        var logger = log.logger
        logger.logLevel = .info
        for pipeline in ["moths", "all"] {
            let task = host.task(2, pipeline: pipeline)
            let image = try await images.pixels(of: task)
            #expect(image.damage?.contains("the file ends before the picture does") == true)
            image.logDamage(task, logger)
        }
        // Decoded once, and told of to both.
        #expect(statistics.damagedImages.value == 2 && host.requests == 2)
        #expect(log.warnings.count { $0.contains("Image is damaged") } == 2)
        let refusingCached = try host.provider(cache: cache)
        await #expect(throws: TaskFailure.self, "a worker that takes none does not take it from another") {
            try await refusingCached.pixels(of: host.task(2, pipeline: "moths"))
        }
    }

    @Test func aCacheThatFillsTheBudgetHoldsNobodyUp() async throws {
        let host = try ImageHost()
        // Room for two images of 64 × 48; the cache would keep them all.
        let waits = Atomic(0)
        let images = try host.provider(cacheBytes: 1 << 20, budget: 2 * 64 * 48 * 3 / 2 + 100) { begins in
            if begins { waits.add(1, ordering: .relaxed) }
        }
        for number in 1...6 {
            _ = try await images.pixels(of: host.task(number, pipeline: "moths"))
        }
        #expect(host.requests == 6)
        let waited = waits.load(ordering: .relaxed)
        #expect(waited == 0)
    }
}

/// A host of one small JPEG under many names.
private struct ImageHost {
    private let server: RawHTTPServer

    init(isBroken: Bool = false, isCut: Bool = false) throws {
        let pixels = [UInt8](repeating: 90, count: 64 * 48 * 3)
        let whole = try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: 48, width: 64) }
        let image = Array(whole.dropLast(isCut ? 40 : 0))
        server = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            let status = isBroken ? "404 Not Found" : "200 OK"
            connection.send("HTTP/1.1 \(status)\r\nContent-Length: \(image.count)\r\nConnection: close\r\n\r\n")
            connection.send(image)
        }
    }

    /// Each comes over a connection of its own.
    var requests: Int { server.connectionCount }

    func task(_ number: Int, pipeline: String) -> ImageTask {
        ImageTask(
            id: "\(number)-\(pipeline)",
            imageID: "\(number)",
            imageURL: "\(server.base)/\(number).jpg",
            replySubject: "",
            pipeline: pipeline
        )
    }

    func provider(
        cacheBytes: Int,
        budget limit: Int = 1 << 20,
        onWait: @escaping @Sendable (_ begins: Bool) -> Void = { _ in }
    ) throws -> PixelProvider {
        try provider(cache: MemoryTensorCache(maximumBytes: cacheBytes), budget: limit, onWait: onWait)
    }

    func provider(
        cache: MemoryTensorCache = MemoryTensorCache(maximumBytes: 1 << 20),
        budget limit: Int = 1 << 20,
        damaged: DamagePolicy = .error,
        statistics: ImageStatistics = ImageStatistics(),
        onWait: @escaping @Sendable (_ begins: Bool) -> Void = { _ in }
    ) throws -> PixelProvider {
        let budget = Budget(limit: limit) { cache.makeRoom(for: $0) }
        budget.observeWaits(onWait)
        return PixelProvider(
            cache: cache,
            fetcher: ImageFetcher(
                client: try HTTPClient(),
                policy: .image,
                retries: RetryPolicy(maximumAttempts: 1)
            ),
            decoding: ImageDecodingStage(
                decoder: ImageDecoder(damaged: damaged),
                buffers: PixelBufferPool(maximumIdleBytes: 0),
                threads: BlockingPool(name: "decode", threadCount: 2),
                budget: budget
            ),
            imagesReadAhead: 4,
            statistics: statistics
        )
    }
}
