import ArgumentParser
import TestSupport

@testable import Settings

/// Flags for all settings.
struct EveryFlag: ParsableArguments {
    @OptionGroup var work: Flags<WorkSettings, FallbackSettings, PassingSettings>
    @OptionGroup var antenna: Flags<AntennaSettings, TLSSettings>
    @OptionGroup var broker: Flags<BrokerSettings, ConsumingSettings>
    @OptionGroup var images: Flags<ImageSettings, RedisSettings, MemorySettings>
    @OptionGroup var inference: Flags<BatchSettings, InferenceSettings, ModelSettings, ResultSettings>
    @OptionGroup var service: Flags<SpoolSettings, AdminSettings, ShutdownSettings, LogSettings>
    @OptionGroup var file: ConfigFileOption
}

extension ScratchFolder {
    /// The settings of a process that was started here.
    func resolve(flags: [String] = [], environment: [String: String] = [:]) throws -> ResolvedSettings {
        let values = FlagValues(of: try EveryFlag.parse(flags))
        return ResolvedSettings(flags: values, environment: environment, directory: directory)
    }
}

extension ResolvedSettings {
    /// Where the value of a setting came from.
    func origin(of key: String) -> SettingOrigin? {
        effective.first { $0.key == key }?.origin
    }
}
