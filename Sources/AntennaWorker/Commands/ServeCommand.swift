import ArgumentParser
import Foundation
import LocalAntenna
import Logging

/// The local Antenna by itself.
struct ServeCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start a local Antenna: the REST API with its state in memory, and a host for the images.",
        discussion: """
            For trying a worker and for tests. Without images it serves generated scenes: moth-like shapes on a lit sheet, \
            4096 × 2160, the same ones every time. Faults can be had on demand.

            Example: antenna-worker serve --port 8000 --scenes 6 --tasks 100, and in another terminal \
            antenna-worker run --base-url http://127.0.0.1:8000/api/v2 --until-empty

            With a token, named as for the worker, it asks every caller for it; without one everybody is let in.
            """
    )

    @Argument(help: ArgumentHelp("Images, or folders of them.", valueName: "image"))
    var images: [String] = []

    @Option(help: "The address to listen on.") var address = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes any that is free.") var port: UInt16 = 8000
    @Option(help: "Generated scenes, when no images are named.") var scenes = 6
    @Option(help: "Tasks a job, going round and round the images; as many as images when left out.") var tasks: Int?
    @Option(help: "Jobs, each with all its tasks.") var jobs = 1
    @Option(help: "The pipeline of the jobs.") var pipeline = "demo"
    @Option(help: ArgumentHelp("How long a task may be out.", valueName: "seconds")) var lease = 300.0
    @Option(help: "How often a task is handed out before it is given up.") var maxDeliver = 2
    @Flag(help: "Speak as servers before April 2026 did.") var legacy = false

    @Option(help: "The share of API calls that fail with 500, 503 or 429, 0 to 1.") var failRate = 0.0
    @Option(help: "The share of posted results whose answer is lost, 0 to 1.") var lostPostRate = 0.0
    @Option(help: ArgumentHelp("How long every answer is held back.", valueName: "seconds")) var latency = 0.0
    @Option(help: "What chance depends on.") var seed: UInt64 = 1

    @Option(fileOf: Catalogue.antennaToken) var tokenFile: String?
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        for (name, rate) in [("--fail-rate", failRate), ("--lost-post-rate", lostPostRate)]
        where !(0...1).contains(rate) {
            throw ValidationError("\(name) is between 0 and 1, not \(rate).")
        }
        guard scenes > 0, jobs > 0, maxDeliver > 0, lease > 0, latency >= 0, tasks ?? 1 > 0 else {
            throw ValidationError("--scenes, --tasks, --jobs, --max-deliver and --lease are more than 0.")
        }
    }

    func run() async throws {
        var flags = FlagValues(log, file)
        flags.setFile(of: Catalogue.antennaToken, tokenFile)
        let settings = try WorkerSettings.load(flags)
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "local-antenna")
        let life = WorkerLife()
        life.obeySignals(logger: logger)
        let configuration = try configuration(token: settings.antenna.token)
        let server = LocalAntennaServer(configuration: configuration, logger: logger)
        try await drawScenes(for: server, logger: logger)
        try await server.start()
        Output.standard.offer("Local Antenna at \(server.baseURL)\n")
        try await ServiceRunner(grace: .seconds(5), logger: logger, life: life).run([server])
    }

    /// Drawn on request, scenes would hold up the answers to other requests for seconds.
    private func drawScenes(for server: LocalAntennaServer, logger: Logger) async throws {
        guard images.isEmpty else { return }
        let progress = ProgressBar(label: "Drawing scenes", total: scenes, logger: logger)
        try await server.prepareImages { ready, _ in progress.update(done: ready) }
        progress.finish()
    }

    private func configuration(token: Secret?) throws -> LocalAntennaConfiguration {
        let sources = try ImageSource.all(of: images, orScenes: scenes)
        var configuration = LocalAntennaConfiguration()
        configuration.address = address
        configuration.port = port
        configuration.token = token?.reveal()
        configuration.dialect = legacy ? .legacy : .current
        configuration.lease = .seconds(lease)
        configuration.maxDeliver = maxDeliver
        configuration.seed = seed
        configuration.faults.failRate = failRate
        configuration.faults.lostPostRate = lostPostRate
        configuration.faults.latency = .seconds(latency)
        configuration.jobs = (0..<jobs).map { _ in
            JobSeed(pipelineSlug: pipeline, cycling: sources, count: tasks ?? sources.count)
        }
        return configuration
    }
}

extension ImageSource {
    /// The images at `paths`, or as many generated scenes.
    ///
    /// - Throws: `CommandFailure` when a path is not there.
    static func all(of paths: [String], orScenes count: Int) throws -> [ImageSource] {
        paths.isEmpty
            ? (0..<count).map { .scene(SceneSpecification(seed: UInt64($0 + 1))) }
            : try ImageFiles.find(paths).map { .file($0) }
    }
}
