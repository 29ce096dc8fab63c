/// Every group of settings there is, in the order of the documentation.
///
/// Flags, variables, the configuration file, `check` and docs/configuration.md all come from here.
package struct Catalogue: Sendable {
    package let work = WorkSettings()
    package let fallback = FallbackSettings()
    package let passing = ReadyQueueSettings()
    package let antenna = AntennaSettings()
    package let tls = TLSSettings()
    package let broker = BrokerSettings()
    package let consuming = ConsumerSettings()
    package let redis = RedisSettings()
    package let images = ImageSettings()
    package let batch = BatchSettings()
    package let inference = InferenceSettings()
    package let models = ModelSettings()
    package let results = ResultSettings()
    package let memory = MemorySettings()
    package let spool = SpoolSettings()
    package let admin = AdminSettings()
    package let shutdown = ShutdownSettings()
    package let log = LogSettings()

    static let declared = Catalogue()

    /// The groups in their order.
    package static let groups = Mirror(reflecting: declared).children.compactMap { $0.value as? any SettingGroup }

    /// All settings.
    package static let all = groups.flatMap { type(of: $0).settings }

    /// The prefix of this worker's variables.
    package static let variablePrefix = "ANTENNA_WORKER_"

    /// The variable that names the configuration file; a setting of where settings are, so it is in no file.
    package static let configFileVariable = "ANTENNA_WORKER_CONFIG"
}
