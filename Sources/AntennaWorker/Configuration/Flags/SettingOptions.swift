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

/// Antenna.
struct AntennaOptions: SettingFlags {
    @Option(Catalogue.antennaBaseURL) var baseURL: String?
    @Option(fileOf: Catalogue.antennaToken) var tokenFile: String?
    @Option(Catalogue.antennaServiceName) var serviceName: String?
    @Option(Catalogue.antennaProject) var project: String?
    @Option(Catalogue.antennaDialect) var dialect: String?
    @Option(Catalogue.antennaBatchSize) var batchSize: String?
    @Option(Catalogue.antennaLease) var lease: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.antennaBaseURL, baseURL)
        values.setFile(of: Catalogue.antennaToken, tokenFile)
        values.set(Catalogue.antennaServiceName, serviceName)
        values.set(Catalogue.antennaProject, project)
        values.set(Catalogue.antennaDialect, dialect)
        values.set(Catalogue.antennaBatchSize, batchSize)
        values.set(Catalogue.antennaLease, lease)
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
    @Flag(Catalogue.imagesAllowPrivate) var allowPrivate: Bool?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.imagesConcurrency, fetchConcurrency)
        values.set(Catalogue.imagesDecodeThreads, decodeThreads)
        values.set(Catalogue.imagesConnectTimeout, connectTimeout)
        values.set(Catalogue.imagesTotalTimeout, totalTimeout)
        values.set(Catalogue.imagesRetries, retries)
        values.set(Catalogue.imagesMaxBytes, maxBytes)
        values.set(Catalogue.imagesMaxPixels, maxPixels)
        values.set(Catalogue.imagesAllowPrivate, allowPrivate.map { "\($0)" })
    }
}

/// Batches, devices, models and the memory they work in.
struct InferenceOptions: SettingFlags {
    @Option(Catalogue.batchLocalizationSize) var localizationBatchSize: String?
    @Option(Catalogue.batchClassificationSize) var classificationBatchSize: String?
    @Option(Catalogue.batchLinger) var linger: String?
    @Option(Catalogue.inferenceDevices) var devices: String?
    @Option(Catalogue.inferenceThreads) var threads: String?
    @Option(Catalogue.inferenceModels) var models: String?
    @Option(Catalogue.memoryPixelBudget) var pixelBudget: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.batchLocalizationSize, localizationBatchSize)
        values.set(Catalogue.batchClassificationSize, classificationBatchSize)
        values.set(Catalogue.batchLinger, linger)
        values.set(Catalogue.inferenceDevices, devices)
        values.set(Catalogue.inferenceThreads, threads)
        values.set(Catalogue.inferenceModels, models)
        values.set(Catalogue.memoryPixelBudget, pixelBudget)
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

/// Messages.
struct LogOptions: SettingFlags {
    @Option(Catalogue.logLevel) var level: String?
    @Option(Catalogue.logFormat) var format: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.logLevel, level)
        values.set(Catalogue.logFormat, format)
    }
}

extension WorkerSettings {
    /// Reads and checks the settings of this process: the flags of a command, its environment and its working directory.
    ///
    /// - Throws: ``SettingsError`` with every mistake, which ends the program with status 2.
    static func load(_ flags: FlagValues) throws(SettingsError) -> WorkerSettings {
        try ResolvedSettings(flags: flags, environment: ProcessInfo.processInfo.environment).checked()
    }
}
