import ArgumentParser
import Settings

/// Flags for all settings.
struct EveryFlag: ParsableArguments {
    @OptionGroup var work: Flags<WorkSettings, FallbackSettings, ReadyQueueSettings>
    @OptionGroup var antenna: Flags<AntennaSettings, TLSSettings>
    @OptionGroup var broker: Flags<BrokerSettings, ConsumerSettings>
    @OptionGroup var images: Flags<ImageSettings, RedisSettings, MemorySettings>
    @OptionGroup var inference: Flags<BatchSettings, InferenceSettings, ModelSettings, ResultSettings>
    @OptionGroup var service: Flags<SpoolSettings, AdminSettings, ShutdownSettings, LogSettings>
    @OptionGroup var file: ConfigFileOption
}
