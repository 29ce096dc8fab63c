import ArgumentParser
import Foundation
import LocalAntenna
import Logging
import Settings
import Worker

/// The local Antenna by itself.
struct ServeCommand: RoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start a local Antenna: the REST API with its state in memory, and a host for the images.",
        discussion: """
            For trying a worker and for tests. Without images it serves generated scenes: moth-like shapes on a lit sheet, \
            4096 × 2160, the same ones every time, drawn while it answers already.

            It answers as a real Antenna does, mistakes included; what goes wrong only now and then can be had on demand.

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
    @Option(
        help: ArgumentHelp(
            "Detections that tasks come with: a JSON list as for infer-file, with the images' paths or names; a scene's is scene-1.jpg.",
            valueName: "file"
        )
    )
    var detections: String?
    @OptionGroup var asked: TaskConfigOption
    @Option(help: ArgumentHelp("How long a task may be out.", valueName: "seconds")) var lease = 300.0
    @Option(help: "How often a task is handed out before it is given up.") var maxDeliver = 2
    @Flag(help: "Speak as servers before April 2026 did.") var legacy = false

    @Option(help: "The share of API calls that fail with 500, 503 or 429, 0 to 1.") var failRate = 0.0
    @Option(help: "The share of posted results whose answer is lost, 0 to 1.") var lostPostRate = 0.0
    @Option(help: ArgumentHelp("How long every answer is held back.", valueName: "seconds")) var latency = 0.0
    @Option(help: ArgumentHelp("How long after its 200 a result is saved.", valueName: "seconds")) var saveLag = 0.0
    @Option(help: ArgumentHelp("How long the call for tasks takes, client or no client.", valueName: "seconds"))
    var tasksDelay = 0.0
    @Flag(help: "The call for tasks ends in 503: the queue behind it is away.") var queueAway = false
    @Flag(help: "Jobs of which most images have failed are not listed as incomplete.") var hideFailing = false
    @Option(help: ArgumentHelp("A job whose tasks nobody may take, by its number; can be repeated.", valueName: "job"))
    var forbid: [Int] = []
    @Flag(help: "Results of a pipeline that nobody has registered are dropped without a word.")
    var strictRegistration = false
    @Option(help: "What chance depends on.") var seed: UInt64 = 1

    @OptionGroup var token: Flags<TokenFlag>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        for (name, rate) in [("--fail-rate", failRate), ("--lost-post-rate", lostPostRate)]
        where !(0...1).contains(rate) {
            throw ValidationError("\(name) is between 0 and 1, not \(rate).")
        }
        for (name, seconds) in [("--latency", latency), ("--save-lag", saveLag), ("--tasks-delay", tasksDelay)]
        where !(0...86_400).contains(seconds) {
            throw ValidationError("\(name) is between 0 and 86400 seconds, not \(seconds).")
        }
        guard (0.001...1e9).contains(lease) else { throw ValidationError("--lease is more than 0, not \(lease).") }
        guard (1...10_000).contains(scenes), (1...10_000).contains(jobs), (1...10_000_000).contains(tasks ?? 1),
            maxDeliver > 0
        else {
            throw ValidationError(
                "--scenes, --tasks, --jobs and --max-deliver are more than 0, and no more than fit into memory."
            )
        }
        guard forbid.allSatisfy((1...jobs).contains) else {
            throw ValidationError("--forbid names a job: 1 to \(jobs).")
        }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "local-antenna")
        let lifecycle = WorkerLifecycle()
        lifecycle.obeySignals(logger: logger)
        let configuration = try configuration(token: settings.antenna.token)
        let server = LocalAntennaServer(configuration: configuration, logger: logger)
        do throws(LocalAntennaError) {
            try await server.start()
        } catch {
            let help = error.code == .badAddress ? "--address" : "--port, or 0 for any that is free"
            throw CommandFailure("The local Antenna \(error). Name another with \(help).")
        }
        Output.standard.offer("Local Antenna at \(server.baseURL)\n")
        let drawing = Task { try await drawScenes(for: server, logger: logger) }
        defer { drawing.cancel() }
        try await ServiceRunner(grace: .seconds(5), logger: logger, lifecycle: lifecycle).run([server])
    }

    /// Draws while others are answered already; whoever asks for a scene before it is drawn waits for it alone.
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
        configuration.faults.saveLag = .seconds(saveLag)
        configuration.faults.tasksDelay = .seconds(tasksDelay)
        configuration.faults.isQueueAway = queueAway
        configuration.faults.hidesFailingJobs = hideFailing
        configuration.trustsJobPipelines = !strictRegistration
        if let detections {
            let known = try DetectionsFile(path: detections)
            configuration.detections = Dictionary(
                sources.compactMap { source in known.json(of: source.name).map { (source, $0) } }
            ) { first, _ in first }
        }
        let asked = try asked.read()
        configuration.jobs = (1...jobs).map { number in
            var job = JobSeed(pipelineSlug: pipeline, cycling: sources, count: tasks ?? sources.count)
            job.isForbidden = forbid.contains(number)
            job.config = asked?.json
            return job
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
            : try ImageFiles.find(paths).map { .file($0.path) }
    }
}
