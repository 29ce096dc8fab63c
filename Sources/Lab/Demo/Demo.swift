package import LocalAntenna
package import Logging
import Pipeline
package import Settings
package import Worker

/// A local Antenna with images to work through, and the report of what a worker found on them.
package struct Demo {
    /// Hours of work for one machine.
    private static let liveTasks = 100_000

    private let images: DemoImages
    private let isLive: Bool
    private let collector = DemoCollector()
    private let logger: Logger

    /// Looks for the images, or draws scenes and shows how far it is.
    ///
    /// - Parameters:
    ///   - paths: Files and folders.
    ///   - scenes: Scenes to draw when there are none.
    ///   - isLive: Whether it goes round the images without an end, and no report is made.
    ///   - logger: Told how it goes.
    /// - Throws: `CommandFailure` when a path is not there.
    package init(paths: [String], scenes: Int, isLive: Bool, logger: Logger) throws {
        let drawing = ProgressBar(label: "Drawing scenes", total: scenes, logger: logger)
        images = try DemoImages(paths: paths, sceneCount: scenes) { drawing.update(done: $0) }
        if paths.isEmpty { drawing.finish() }
        self.isLive = isLive
        self.logger = logger
    }

    /// Starts a local Antenna with one job of the images.
    package func startAntenna() async throws -> LocalAntennaServer {
        var configuration = LocalAntennaConfiguration()
        let sources = images.sources
        var job = JobSeed(pipelineSlug: "demo", cycling: sources, count: isLive ? Self.liveTasks : sources.count)
        job.name = "Demo"
        configuration.jobs = [job]
        let antenna = LocalAntennaServer(configuration: configuration, logger: logger) { [isLive, collector] accepted in
            if !isLive { collector.add(accepted) }
        }
        try await antenna.start()
        return antenna
    }

    /// Works through the images once.
    ///
    /// - Parameters:
    ///   - settings: All settings; they lead to the local Antenna.
    ///   - lifecycle: What stops it before its end.
    ///   - path: Where the report goes.
    /// - Returns: The path of the report's first page.
    /// - Throws: What keeps the worker from starting or from going on, in sentences for people.
    package func work(
        _ settings: WorkerSettings,
        lifecycle: WorkerLifecycle,
        reportingTo path: String
    ) async throws -> String {
        var report = try ReportWriter(path: path)
        let progress = ProgressBar(label: "Working", total: images.sources.count, logger: logger)
        let began = ContinuousClock.now
        let worker = try await RESTWorker(
            settings: settings,
            ending: .untilEmpty,
            context: RoleContext().counting { progress.update(done: $0) },
            logger: logger
        )
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger, lifecycle: lifecycle).run([worker])
        progress.finish()
        let elapsed = began.duration(to: .now)
        StageReport(worker.statistics).show(logger: logger)
        try images.forEach(of: collector.outcomes) { try report.add($0) }
        let summary = ReportSummary(
            title: "Insects of the demo",
            pipeline: "demo",
            note: "The demo models are image processing written by hand: they find what stands out from a lit sheet, "
                + "and name its colour. They were not trained and name no species.",
            statistics: worker.statistics,
            elapsed: elapsed,
            placement: worker.placement,
            settings: settings
        )
        return try report.write(summary)
    }
}
