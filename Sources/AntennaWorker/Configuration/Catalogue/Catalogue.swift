/// Every setting there is.
///
/// Flags, variables, the configuration file, `check` and docs/configuration.md all come from here.
enum Catalogue {
    /// A group of settings with its heading in the documentation.
    struct Section: Sendable {
        let title: String
        let settings: [any AnySetting]
    }

    /// The sections in the order of the documentation.
    static let sections = [
        Section(title: "Work", settings: [source, pipelines, fallbackAfter, readyLimit]),
        Section(
            title: "Antenna",
            settings: [
                antennaBaseURL, antennaToken, antennaServiceName, antennaProject, antennaDialect, antennaBatchSize,
                antennaLease, antennaProxy, tlsAuthorities,
            ]
        ),
        Section(
            title: "RabbitMQ",
            settings: [
                amqpURL, amqpPrefetch, amqpMaxAttempts, amqpUnroutableAfter, amqpMaxMessage, amqpResultsExchange,
                amqpDeclare, amqpCA, amqpClientCertificate,
                amqpClientKey,
            ]
        ),
        Section(title: "Redis", settings: [redisURL, redisKey, redisTensorTTL]),
        Section(
            title: "Images",
            settings: [
                imagesConcurrency, imagesDecodeThreads, imagesConnectTimeout, imagesTotalTimeout, imagesRetries,
                imagesMaxBytes, imagesMaxPixels, imagesMaxScans, imagesDecodeTimeout, imagesDamaged, imagesAllowPrivate,
                imagesProxy,
            ]
        ),
        Section(title: "Batches", settings: [batchLocalizationSize, batchClassificationSize, batchLinger]),
        Section(title: "Inference", settings: [inferenceDevices, inferenceThreads, inferenceModels]),
        Section(title: "Results", settings: [resultsScores]),
        Section(title: "Memory", settings: [memoryPixelBudget, memoryTensorCache, memoryModels]),
        Section(title: "Spool", settings: [spoolDirectory, spoolMaxBytes]),
        Section(title: "Watching", settings: [adminHost, adminNames, adminPort, adminStallAfter, memoryMaxRSS]),
        Section(title: "Stopping", settings: [shutdownGrace]),
        Section(title: "Log", settings: [logLevel, logFormat]),
    ]

    /// All settings.
    static let all = sections.flatMap(\.settings)

    /// What the variables of this worker begin with.
    static let variablePrefix = "ANTENNA_WORKER_"

    /// The variable that names the configuration file; a setting of where settings are, so it is in no file.
    static let configFileVariable = "ANTENNA_WORKER_CONFIG"

    /// The variable of a key: `images.max_bytes` is `ANTENNA_WORKER_IMAGES_MAX_BYTES`.
    static func variable(for key: String) -> String {
        variablePrefix + String(key.uppercased().map { $0 == "." ? "_" : $0 })
    }
}

extension Catalogue {
    static let source = Setting(
        "source",
        flag: "source",
        .choice,
        default: SourceKind.rest,
        "Where tasks come from: rest polls Antenna's REST API, amqp consumes RabbitMQ, auto takes RabbitMQ and while it is away REST."
    )

    static let pipelines = Setting(
        "pipelines",
        flag: "pipeline",
        SettingKind.slug.list,
        default: [],
        "The pipelines to work for, by their slugs; none means every pipeline in the models folder."
    )

    static let spoolDirectory = Setting(
        "spool.directory",
        flag: "spool",
        .path,
        default: "spool",
        "The folder that keeps results which cannot be posted now, until they can, also after a crash."
    )

    static let spoolMaxBytes = Setting(
        "spool.max_bytes",
        flag: "spool-max-bytes",
        .byteCount(1 << 20...1 << 50),
        default: 1 << 30,
        "The most the spool may hold. A full spool stops the worker from taking tasks."
    )

    static let shutdownGrace = Setting(
        "shutdown.grace",
        flag: "grace",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(60),
        "How long a stopping worker may take to finish what it has in hand."
    )

    static let logLevel = Setting(
        "log.level",
        flag: "log-level",
        .choice,
        default: LogLevel.info,
        "The least important messages to show."
    )

    static let logFormat = Setting(
        "log.format",
        flag: "log-format",
        .choice,
        default: LogFormat.auto,
        "How messages look: auto is text on a terminal, else json, one object a line."
    )
}
