import ArgumentParser
import Foundation
import Inference
import Lab
import LocalAntenna
import Logging
import Settings
import Transport
import Worker

/// A local Antenna, a worker and a report, in one process; or, to be watched, without an end.
struct DemoCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Work through images with a local Antenna and the demo models, and write a report for the browser.",
        discussion: """
            Without images it takes generated scenes: moth-like shapes on a lit sheet. The whole way is the real one: tasks are \
            reserved over REST, images fetched over HTTP, results posted. The demo models are image processing written by hand, \
            not trained networks; see models/demo/README.md.

            With --live it goes round and round the images until Ctrl-C, and has a live page instead of a report.

            Example: antenna-worker demo ~/trap-images --out report
            """
    )

    @Argument(help: ArgumentHelp("Images, or folders of them.", valueName: "image"))
    var images: [String] = []

    @Option(help: "The folder that report.html is written to.") var out = "demo-report"
    @Option(help: "Generated scenes, when no images are named.") var scenes = 6
    @Flag(help: "Work until Ctrl-C, with a live page on the admin port, and write no report.") var live = false
    @OptionGroup(title: "Images") var imageOptions: Flags<ImageSettings>
    @OptionGroup(title: "Decoded images") var cache: Flags<RedisSettings, MemorySettings>
    @OptionGroup(title: "Models") var models: Flags<ModelSettings>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Watching, with --live") var admin: Flags<AdminSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard scenes > 0 else { throw ValidationError("--scenes is more than 0.") }
    }

    func run() async throws {
        var flags = FlagValues(of: self)
        // The bar tells how it goes; messages of a good run would only tear it apart.
        flags.prefer("warning", for: LogSettings().level)
        let asked = try WorkerSettings.load(flags)
        LoggingSetup.bootstrap(asked.log)
        let logger = Logger(label: "demo")
        // Scenes take their time to draw.
        if live { try await AdminPort.require(asked.admin, role: "demo", logger: logger) }
        let lifecycle = WorkerLifecycle()
        lifecycle.obeySignals(logger: logger)
        let demo = try Demo(paths: images, scenes: scenes, isLive: live, logger: logger)
        let spool = FileManager.default.temporaryDirectory.appending(path: "antenna-demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }

        let antenna = try await demo.startAntenna()
        flags.set(WorkSettings().pipelines, "demo")
        flags.set(AntennaSettings().baseURL, antenna.baseURL)
        flags.set(SpoolSettings().directory, spool.path)
        // All of it is in this process.
        flags.set(AntennaSettings().proxy, "none")
        flags.set(ImageSettings().proxy, "none")
        let resolved = try ResolvedSettings.load(flags)
        var settings = resolved.settings
        // Twice: the local Antenna has the other ends.
        try DescriptorLimit.require(2 * settings.descriptors)
        settings.antenna.token = nil
        let network = try Network(settings)
        try await Registrar.register(
            settings,
            manifests: try InferenceAssembly.readManifests(in: settings.models.folder, slugs: settings.work.pipelines),
            role: "demo",
            http: network.antenna(try network.makeClient()),
            say: { _ in }
        )
        if live {
            try await workUntilStopped(settings, HealthService(role: "demo", resolved: resolved, logger: logger))
        } else {
            let page = try await demo.work(settings, lifecycle: lifecycle, reportingTo: "\(out)/report.html")
            try Output.standard.print("Open \(page) in a browser.")
        }
        await antenna.stop()
    }

    private func workUntilStopped(_ settings: WorkerSettings, _ healthService: HealthService) async throws {
        try await healthService.during { page in
            guard let page else {
                throw CommandFailure("There is no live page: see above, and name another port with --admin-port.")
            }
            let worker = try await RESTWorker(
                settings: settings,
                ending: .never,
                context: healthService.context,
                logger: healthService.logger
            )
            Output.standard.offer("Open \(page) in a browser; Ctrl-C ends it.\n")
            try await healthService.run(worker, health: worker.health, grace: settings.shutdown.grace)
            StageReport(worker.statistics).show(logger: healthService.logger)
        }
    }
}
