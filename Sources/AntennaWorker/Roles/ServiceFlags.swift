import ArgumentParser
import Settings

/// The options of every role: how it stops, what it shows, what it logs, and where else settings are.
struct ServiceFlags: ParsableArguments {
    @OptionGroup(title: "Stopping") var stopping: Flags<ShutdownSettings>
    @OptionGroup(title: "Watching") var admin: Flags<AdminSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption
}
