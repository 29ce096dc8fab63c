import ArgumentParser
import Lab
import Settings
import Worker

/// From addresses to batches that are ready for a device.
struct BenchFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Measure images from an HTTP server to ready batches, beside decoding alone.",
        discussion: """
            Every stage of the worker but inference, which is replaced by a constant: fetching, decoding, batching. The images come \
            from a local Antenna in a process of its own, or with --url-prefix from a server that has the files of --images. \
            Server and worker share the machine, so the limit, libjpeg-turbo alone with all cores, cannot be reached.

            Example: antenna-worker bench fetch --images /srv/images --url-prefix http://127.0.0.1:8080/
            """
    )

    @Option(help: ArgumentHelp("What comes before the files' names in their addresses.", valueName: "url"))
    var urlPrefix: String?
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "Images") var imageOptions: Flags<ImageSettings>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        let benchmark = FetchBenchmark(plan: options.plan, settings: settings, urlPrefix: urlPrefix)
        try await images.withImages { try await benchmark.run($0) }
    }
}
