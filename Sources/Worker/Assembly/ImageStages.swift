package import Antenna
import Broker
package import Concurrency
import Imaging
package import Logging
package import Pipeline
package import Settings
import Transport

/// The parts that turn addresses of images into pixels: the HTTP client, the decoding threads, the memory, and the cache.
package struct ImageStages {
    private let http: HTTPClient
    /// Decode and resample.
    package let threads: BlockingPool
    /// Bytes of pixels in memory.
    package let budget: Budget
    package let cache: any TensorCache
    private let buffers: PixelBufferPool
    private let settings: WorkerSettings
    private let network: Network

    /// Makes everything; connects to nothing yet.
    ///
    /// - Parameters:
    ///   - settings: Images, memory and Redis.
    ///   - logger: Hears when Redis does not serve.
    /// - Throws: ``SettingsError`` for a proxy or an address of Redis that cannot be used; `TransportError` without descriptors.
    package init(_ settings: WorkerSettings, logger: Logger) throws {
        let limit = settings.memory.pixelBudget
        self.settings = settings
        network = try Network(settings)
        http = try network.makeClient()
        let processors = UsableProcessors.current().count
        threads = BlockingPool(name: "decode", threadCount: settings.images.decodeThreadCount(cores: processors))
        buffers = PixelBufferPool(maximumIdleBytes: limit, maximumBytes: limit)
        if let redis = try settings.redis.connection() {
            budget = Budget(limit: limit, spare: Lane.spare(beyond: limit))
            cache = RedisTensorCache(
                client: try RedisClient(configuration: redis),
                pool: buffers,
                ttl: settings.redis.tensorTTL,
                maximumPixels: settings.images.limits.pixels,
                seal: settings.redis.seal,
                logger: logger
            )
        } else {
            let memory = MemoryTensorCache(maximumBytes: min(settings.memory.tensorCache, limit))
            budget = Budget(limit: limit, spare: Lane.spare(beyond: limit)) { memory.makeRoom(for: $0) }
            cache = memory
        }
    }

    /// The maker of calls to Antenna's API.
    package var antenna: AntennaHTTP { network.antenna(http) }

    /// The provider of a task's pixels.
    ///
    /// - Parameters:
    ///   - isCaching: Whether the cache is asked first and given what was decoded.
    ///   - fetcher: Gets the images' bytes; over HTTP when left out.
    ///   - statistics: Where durations and damaged images are counted.
    /// - Returns: A provider with slots for reading ahead of its own.
    func provider(
        isCaching: Bool = true,
        fetcher: (any ImageFetching)? = nil,
        statistics: ImageStatistics
    ) -> PixelProvider {
        PixelProvider(
            cache: isCaching ? cache : nil,
            fetcher: fetcher ?? httpFetcher,
            decoding: ImageDecodingStage(
                decoder: ImageDecoder(limits: settings.images.limits, damaged: settings.images.damaged),
                buffers: buffers,
                threads: threads,
                budget: budget
            ),
            imagesReadAhead: settings.images.fetchConcurrency,
            statistics: statistics
        )
    }

    private var httpFetcher: ImageFetcher {
        ImageFetcher(
            client: http,
            policy: HTTPPolicy(settings.images, proxy: network.imageProxy),
            retries: settings.images.retryPolicy
        )
    }
}

extension HTTPPolicy {
    init(_ settings: ImageSettings.Values, proxy: ProxyChoice) {
        self = .forImages(
            connectTimeout: settings.connectTimeout,
            totalTimeout: settings.totalTimeout,
            maximumResponseBytes: settings.maxBytes,
            addresses: AddressPolicy(allowsPrivate: settings.allowPrivate),
            proxy: proxy
        )
    }
}

extension GroupValues<RedisSettings> {
    /// The store of confirmed results: Redis for all workers, else this process's memory.
    ///
    /// - Throws: ``SettingsError`` for an address that cannot be used; `TransportError` without descriptors.
    func confirmedResults() throws -> any ConfirmedResultStore {
        guard var connection = try connection() else { return MemoryConfirmedResultStore() }
        // Acknowledgements wait for it.
        connection.connectTimeout = .milliseconds(500)
        connection.commandTimeout = .seconds(1)
        return RedisConfirmedResultStore(client: try RedisClient(configuration: connection, connections: 1), seal: seal)
    }
}
