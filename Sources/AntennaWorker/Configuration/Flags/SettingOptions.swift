import ArgumentParser
import Foundation

/// Where the configuration file is.
struct ConfigFileOption: SettingFlags {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file; antenna-worker.json is taken when it is there. See docs/configuration.md.",
            valueName: "path"
        )
    )
    var configFile: String?

    func collect(into values: inout FlagValues) {
        values.configFile = configFile
    }
}

/// Which tasks to work on.
struct WorkOptions: SettingFlags {
    @Option(Catalogue.source) var source: String?
    @Option(each: Catalogue.pipelines) var pipelines: [String] = []

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.source, source)
        values.set(Catalogue.pipelines, pipelines)
    }
}

/// Which one pipeline to work with.
struct OnePipelineOption: SettingFlags {
    @Option(
        help: ArgumentHelp(
            "The pipeline; may be left out where the models folder holds only one.",
            valueName: "slug"
        )
    )
    var pipeline: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.pipelines, pipeline)
    }
}

/// Which pipelines to work for.
struct PipelineOptions: SettingFlags {
    @Option(each: Catalogue.pipelines) var pipelines: [String] = []

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.pipelines, pipelines)
    }
}

/// Where the pipelines are.
struct ModelsOption: SettingFlags {
    @Option(Catalogue.inferenceModels) var models: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.inferenceModels, models)
    }
}

/// Antenna.
struct AntennaOptions: SettingFlags {
    @Option(Catalogue.antennaBaseURL) var baseURL: String?
    @Option(fileOf: Catalogue.antennaToken) var tokenFile: String?
    @Option(Catalogue.antennaServiceName) var serviceName: String?
    @Option(Catalogue.antennaProject) var project: String?
    @Option(Catalogue.antennaDialect) var dialect: String?
    @Option(Catalogue.antennaBatchSize) var batchSize: String?
    @Option(Catalogue.antennaLease) var lease: String?
    @Option(Catalogue.antennaProxy) var proxy: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.antennaBaseURL, baseURL)
        values.setFile(of: Catalogue.antennaToken, tokenFile)
        values.set(Catalogue.antennaServiceName, serviceName)
        values.set(Catalogue.antennaProject, project)
        values.set(Catalogue.antennaDialect, dialect)
        values.set(Catalogue.antennaBatchSize, batchSize)
        values.set(Catalogue.antennaLease, lease)
        values.set(Catalogue.antennaProxy, proxy)
    }
}

/// HTTPS, to Antenna and to image hosts.
struct TLSOptions: SettingFlags {
    @Option(Catalogue.tlsAuthorities) var authorities: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.tlsAuthorities, authorities)
    }
}

/// Fetching and decoding.
struct ImageOptions: SettingFlags {
    @Option(Catalogue.imagesConcurrency) var fetchConcurrency: String?
    @Option(Catalogue.imagesDecodeThreads) var decodeThreads: String?
    @Option(Catalogue.imagesConnectTimeout) var connectTimeout: String?
    @Option(Catalogue.imagesTotalTimeout) var totalTimeout: String?
    @Option(Catalogue.imagesRetries) var retries: String?
    @Option(Catalogue.imagesMaxBytes) var maxBytes: String?
    @Option(Catalogue.imagesMaxPixels) var maxPixels: String?
    @Option(Catalogue.imagesMaxScans) var maxScans: String?
    @Option(Catalogue.imagesDecodeTimeout) var decodeTimeout: String?
    @Option(Catalogue.imagesDamaged) var damaged: String?
    @Flag(Catalogue.imagesAllowPrivate) var allowPrivate: Bool?
    @Option(Catalogue.imagesProxy) var proxy: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.imagesConcurrency, fetchConcurrency)
        values.set(Catalogue.imagesDecodeThreads, decodeThreads)
        values.set(Catalogue.imagesConnectTimeout, connectTimeout)
        values.set(Catalogue.imagesTotalTimeout, totalTimeout)
        values.set(Catalogue.imagesRetries, retries)
        values.set(Catalogue.imagesMaxBytes, maxBytes)
        values.set(Catalogue.imagesMaxPixels, maxPixels)
        values.set(Catalogue.imagesMaxScans, maxScans)
        values.set(Catalogue.imagesDecodeTimeout, decodeTimeout)
        values.set(Catalogue.imagesDamaged, damaged)
        values.set(Catalogue.imagesAllowPrivate, allowPrivate.map { "\($0)" })
        values.set(Catalogue.imagesProxy, proxy)
    }
}

/// Decoded images: in memory, and in Redis.
struct CacheOptions: SettingFlags {
    @Option(fileOf: Catalogue.redisURL) var redisURLFile: String?
    @Option(fileOf: Catalogue.redisKey) var redisKeyFile: String?
    @Option(Catalogue.redisTensorTTL) var tensorTTL: String?
    @Option(Catalogue.memoryPixelBudget) var pixelBudget: String?
    @Option(Catalogue.memoryTensorCache) var tensorCache: String?

    func collect(into values: inout FlagValues) {
        values.setFile(of: Catalogue.redisURL, redisURLFile)
        values.setFile(of: Catalogue.redisKey, redisKeyFile)
        values.set(Catalogue.redisTensorTTL, tensorTTL)
        values.set(Catalogue.memoryPixelBudget, pixelBudget)
        values.set(Catalogue.memoryTensorCache, tensorCache)
    }
}

/// Decoding images that are there already.
struct DecodingOptions: SettingFlags {
    @Option(Catalogue.imagesDecodeThreads) var decodeThreads: String?
    @Option(Catalogue.imagesMaxBytes) var maxBytes: String?
    @Option(Catalogue.imagesMaxPixels) var maxPixels: String?
    @Option(Catalogue.imagesMaxScans) var maxScans: String?
    @Option(Catalogue.imagesDecodeTimeout) var decodeTimeout: String?
    @Option(Catalogue.imagesDamaged) var damaged: String?
    @Option(Catalogue.memoryPixelBudget) var pixelBudget: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.imagesDecodeThreads, decodeThreads)
        values.set(Catalogue.imagesMaxBytes, maxBytes)
        values.set(Catalogue.imagesMaxPixels, maxPixels)
        values.set(Catalogue.imagesMaxScans, maxScans)
        values.set(Catalogue.imagesDecodeTimeout, decodeTimeout)
        values.set(Catalogue.imagesDamaged, damaged)
        values.set(Catalogue.memoryPixelBudget, pixelBudget)
    }
}

/// Where models run.
struct DeviceOptions: SettingFlags {
    @Option(Catalogue.inferenceDevices) var devices: String?
    @Option(Catalogue.inferenceThreads) var threads: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.inferenceDevices, devices)
        values.set(Catalogue.inferenceThreads, threads)
    }
}

/// Batches, devices, and what is told of an answer.
struct InferenceOptions: SettingFlags {
    @Option(Catalogue.batchLocalizationSize) var localizationBatchSize: String?
    @Option(Catalogue.batchClassificationSize) var classificationBatchSize: String?
    @Option(Catalogue.batchLinger) var linger: String?
    @Option(Catalogue.inferenceDevices) var devices: String?
    @Option(Catalogue.inferenceThreads) var threads: String?
    @Option(Catalogue.memoryModels) var modelMemory: String?
    @Option(Catalogue.resultsScores) var scores: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.batchLocalizationSize, localizationBatchSize)
        values.set(Catalogue.batchClassificationSize, classificationBatchSize)
        values.set(Catalogue.batchLinger, linger)
        values.set(Catalogue.inferenceDevices, devices)
        values.set(Catalogue.inferenceThreads, threads)
        values.set(Catalogue.memoryModels, modelMemory)
        values.set(Catalogue.resultsScores, scores)
    }
}

/// The spool and stopping.
struct ServiceOptions: SettingFlags {
    @Option(Catalogue.spoolDirectory) var spool: String?
    @Option(Catalogue.spoolMaxBytes) var spoolMaxBytes: String?
    @Option(Catalogue.shutdownGrace) var grace: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.spoolDirectory, spool)
        values.set(Catalogue.spoolMaxBytes, spoolMaxBytes)
        values.set(Catalogue.shutdownGrace, grace)
    }
}

/// Stopping, for what has no spool.
struct StoppingOptions: SettingFlags {
    @Option(Catalogue.shutdownGrace) var grace: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.shutdownGrace, grace)
    }
}

/// The admin port and the watchdog.
struct AdminOptions: SettingFlags {
    @Option(Catalogue.adminHost) var host: String?
    @Option(Catalogue.adminNames) var names: String?
    @Option(Catalogue.adminPort) var port: String?
    @Option(Catalogue.adminStallAfter) var stallAfter: String?
    @Option(Catalogue.memoryMaxRSS) var maxRSS: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.adminHost, host)
        values.set(Catalogue.adminNames, names)
        values.set(Catalogue.adminPort, port)
        values.set(Catalogue.adminStallAfter, stallAfter)
        values.set(Catalogue.memoryMaxRSS, maxRSS)
    }
}

/// Messages.
struct LogOptions: SettingFlags {
    @Option(Catalogue.logLevel) var level: String?
    @Option(Catalogue.logFormat) var format: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.logLevel, level)
        values.set(Catalogue.logFormat, format)
    }
}

extension ResolvedSettings {
    /// Reads and checks the settings of this process, and keeps where each came from.
    ///
    /// - Throws: ``SettingsError`` with every mistake, which ends the program with status 2.
    static func load(_ flags: FlagValues) throws(SettingsError) -> ResolvedSettings {
        let resolved = ResolvedSettings(flags: flags, environment: ProcessInfo.processInfo.environment)
        _ = try resolved.checked()
        return resolved
    }
}

extension WorkerSettings {
    /// Reads and checks the settings of this process: the flags of a command, its environment and its working directory.
    ///
    /// - Throws: ``SettingsError`` with every mistake, which ends the program with status 2.
    static func load(_ flags: FlagValues) throws(SettingsError) -> WorkerSettings {
        try ResolvedSettings.load(flags).settings
    }
}
