import Concurrency
import Imaging
import Inference
import Logging
import Pipeline

/// All settings, checked and typed.
struct WorkerSettings: Sendable, Equatable {
    /// Where tasks come from.
    var source: SourceKind
    /// The pipelines to work for; empty for every pipeline in the models folder.
    var pipelines: [String]
    /// How long the broker may be away before ``SourceKind/auto`` turns to REST.
    var fallbackAfter: Duration
    /// Tasks in a ready queue from which on no more are put there.
    var readyLimit: Int
    var antenna: AntennaSettings
    var tls: TLSSettings
    var broker: BrokerSettings
    var redis: RedisSettings
    var images: ImageSettings
    var batch: BatchSettings
    var inference: InferenceSettings
    var results: ResultSettings
    var memory: MemorySettings
    var spool: SpoolSettings
    var admin: AdminSettings
    var shutdown: ShutdownSettings
    var log: LogSettings
}

/// Where tasks come from.
enum SourceKind: String, Sendable, CaseIterable {
    /// Antenna's REST API, polled.
    case rest
    /// RabbitMQ.
    case amqp
    /// RabbitMQ, and the REST API while RabbitMQ is away.
    case auto
}

/// Antenna and this worker's place in it.
struct AntennaSettings: Sendable, Equatable {
    /// The API's address without a slash at its end.
    var baseURL: String
    var token: Secret?
    /// Where the token was read from, to be read again when Antenna refuses it.
    var tokenFile: String?
    var serviceName: String
    /// Work only for this project.
    var project: Int?
    var dialect: AntennaDialectChoice
    /// Tasks a call reserves, at most.
    var batchSize: Int
    /// How long Antenna keeps a task reserved.
    var lease: Duration
    var proxy: ProxySetting
}

/// Fetching and decoding.
struct ImageSettings: Sendable, Equatable {
    /// Images on their way or waiting to be decoded, at most.
    var fetchConcurrency: Int
    /// As it was set; 0 means one for each core.
    var decodeThreads: Int
    var connectTimeout: Duration
    var totalTimeout: Duration
    /// Attempts after the first.
    var retries: Int
    var maxBytes: Int
    var limits: DecodingLimits
    var damaged: DamagedImages
    var allowPrivate: Bool
    var proxy: ProxySetting

    /// Threads to make on a machine with so many cores: more would only take turns.
    func decodeThreadCount(cores: Int) -> Int {
        max(1, decodeThreads == 0 ? cores : min(decodeThreads, cores))
    }
}

/// What goes through a model together.
struct BatchSettings: Sendable, Equatable {
    var localizationSize: Int
    var classificationSize: Int
    var linger: Duration
}

/// Where and with what models run.
struct InferenceSettings: Sendable, Equatable {
    var devices: [Device]
    /// As it was set; 0 means by ``threads(for:processors:)``.
    var threads: Int
    /// The folder of the pipelines.
    var models: String

    /// Threads of ONNX Runtime for a device.
    ///
    /// A GPU's engine needs one, its own. The processor's takes a core each, as two threads of matrix products gain nothing from
    /// sharing one, but leaves one to each GPU's engine. Threads that decode come on top: they wait while images are ready, and
    /// ONNX Runtime's do not spin while they wait, so each gets the cores when the other has nothing to do.
    func threads(for device: Device, processors: UsableProcessors) -> Int {
        guard threads == 0 else { return threads }
        guard device == .cpu else { return 1 }
        return max(1, processors.cores - devices.count { $0 != .cpu })
    }
}

/// What results hold.
struct ResultSettings: Sendable, Equatable {
    var scores: ScoreSelection
}

/// Limits of memory.
struct MemorySettings: Sendable, Equatable {
    /// Bytes of decoded pixels.
    var pixelBudget: Int
    /// Bytes of them that may be kept after use.
    var tensorCache: Int
    /// Bytes of model files that may be loaded on a device; nil for no limit.
    var models: Int?
}

/// Results that wait on disk.
struct SpoolSettings: Sendable, Equatable {
    var directory: String
    var maxBytes: Int
}

/// Stopping.
struct ShutdownSettings: Sendable, Equatable {
    /// How long what is in hand may take.
    var grace: Duration
}

/// Messages.
struct LogSettings: Sendable, Equatable {
    var level: LogLevel
    var format: LogFormat
}

/// The least important messages that are shown.
enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    /// swift-log's name for it.
    var logger: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

/// What messages look like.
enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, else JSON.
    case auto
    case text
    case json
}
