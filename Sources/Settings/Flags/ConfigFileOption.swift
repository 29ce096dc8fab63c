import ArgumentParser

/// Where the configuration file is.
package struct ConfigFileOption: ParsableArguments, FlagSource {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file; antenna-worker.json is taken when it is there. See docs/configuration.md.",
            valueName: "path"
        )
    )
    private var configFile: String?

    package init() {}

    package func collect(into values: inout FlagValues) {
        values.configFile = configFile
    }
}
