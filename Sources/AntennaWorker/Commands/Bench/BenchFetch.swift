import ArgumentParser
import Foundation
import Inference
import Logging
import Pipeline
import Settings

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
        try await images.withImages { images in
            let server = urlPrefix == nil ? try BenchServer(images, pipeline: "demo") : nil
            defer { server?.stop() }
            let urls = (0..<images.count).map { index in
                server?.imageURL(images[index], at: index) ?? "\(urlPrefix ?? "")\(images[index].name)"
            }
            let bare = BareDecodeLoop(images, cores: ProcessInfo.processInfo.activeProcessorCount)
            let runner = BenchRunner(benchmark: "fetch", unit: "image", options: options)
            try await runner.run(count: images.count, reference: bare.reference) { progress in
                try await fetch(urls, pixels: images.pixels, settings: settings, progress: progress)
            }
        }
    }

    private func fetch(
        _ urls: [String],
        pixels: Int,
        settings: WorkerSettings,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        var settings = settings
        // The same image comes again and is to be fetched again.
        settings.memory.tensorCache = 0
        settings.images.proxy = .none
        let logger = Logger(label: "bench")
        let stages = try WorkerStages(
            settings: settings,
            logger: logger,
            inference: { _ in try .constant(settings) },
            onProgress: { progress($0.answered) }
        )
        let failures = BenchFailures()
        let source = FileTaskSource(paths: urls, pipeline: stages.manifests[0].slug, logger: logger) { result, _ in
            failures.note(result)
        }
        let sample = try await BenchSample(count: urls.count, pixels: pixels) {
            try await stages.worker(source: source).run()
            return stages.statistics.stageSummaries.map(BenchStage.init)
        }
        try failures.check()
        return sample
    }
}
