import ArgumentParser
import Settings

/// How images are fetched, decoded and kept, and for which models.
struct ImageFlags: ParsableArguments {
    @OptionGroup(title: "Images") var images: Flags<ImageSettings>
    @OptionGroup(title: "HTTPS") var tls: Flags<TLSSettings>
    @OptionGroup(title: "Decoded images") var cache: Flags<RedisSettings, MemorySettings>
    @OptionGroup(title: "Models") var models: Flags<ModelSettings>
}
