import ArgumentParser
import Foundation
import Inference
import LocalAntenna
import Logging
import Pipeline

/// A local Antenna, a worker and a report, in one process.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Work through images with a local Antenna and the demo models, and write a report for the browser.",
        discussion: """
            Without images it takes generated scenes: moth-like shapes on a lit sheet. The whole way is the real one: tasks are \
            reserved over REST, images fetched over HTTP, results posted. The demo models are image processing written by hand, \
            not trained networks; see models/demo/README.md.

            Example: antenna-worker demo ~/trap-images --out report
            """
    )

    @Argument(help: ArgumentHelp("Images, or folders of JPEG and PNG files.", valueName: "image"))
    var images: [String] = []

    @Option(help: "The folder that report.html is written to.") var out = "demo-report"
    @Option(help: "Generated scenes, when no images are named.") var scenes = 6
    @OptionGroup(title: "Images") var imageOptions: ImageOptions
    @OptionGroup(title: "Decoded images") var cache: CacheOptions
    @OptionGroup(title: "Models") var models: ModelsOption
    @OptionGroup(title: "Inference") var inference: InferenceOptions
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard scenes > 0 else { throw ValidationError("--scenes is more than 0.") }
    }

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(imageOptions, cache, models, inference, log, file))
        // The bar tells how it goes; messages of a good run would only tear it apart.
        if log.level == nil { settings.log.level = .warning }
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "demo")
        let drawing = ProgressBar(label: "Drawing scenes", total: scenes)
        let demo = try DemoImages(paths: images, sceneCount: scenes) { drawing.update(done: $0) }
        if images.isEmpty { drawing.finish() }
        let spool = FileManager.default.temporaryDirectory.appending(path: "antenna-demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }

        let collector = DemoCollector()
        let antenna = try await startAntenna(demo.sources, collector: collector, logger: logger)
        settings.pipelines = ["demo"]
        settings.antenna.baseURL = antenna.baseURL
        settings.antenna.token = nil
        settings.spool.directory = spool.path

        let progress = ProgressBar(label: "Working", total: demo.sources.count)
        let began = ContinuousClock.now
        let worker = try await RESTWorker(settings: settings, untilEmpty: true, logger: logger) { counts in
            progress.update(done: counts.answered)
        }
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([worker])
        progress.finish()
        let elapsed = began.duration(to: .now)
        await antenna.stop()
        StageReport(worker.statistics).write(to: .standardError)

        let report = DemoReportData(
            pipeline: "demo",
            note: "The demo models are image processing written by hand: they find what stands out from a lit sheet, "
                + "and name its colour. They were not trained and name no species.",
            images: demo.pictures(of: collector.outcomes),
            imageCount: demo.sources.count,
            statistics: worker.statistics,
            elapsed: elapsed,
            settings: settings
        )
        print("Open \(try DemoReport(report).write(to: "\(out)/report.html")) in a browser.")
    }

    private func startAntenna(
        _ sources: [ImageSource],
        collector: DemoCollector,
        logger: Logger
    ) async throws -> LocalAntennaServer {
        var configuration = LocalAntennaConfiguration()
        configuration.jobs = [JobSeed(pipelineSlug: "demo", images: sources, name: "Demo")]
        let antenna = LocalAntennaServer(configuration: configuration, logger: logger) { collector.add($0) }
        try await antenna.start()
        return antenna
    }
}
