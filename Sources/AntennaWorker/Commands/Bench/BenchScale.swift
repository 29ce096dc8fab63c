import ArgumentParser
import Broker
import Foundation
import Logging
import Pipeline
import Settings

/// Several processes that infer, held against one.
struct BenchScale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Measure how much faster several 'infer' processes are than one, on one queue.",
        discussion: """
            Each process is a whole 'infer' whose models are replaced by a sleep, so that what is measured is how well they share a \
            queue, and not how many cores there are. Images come from a local Antenna, tasks through a queue of the measurement's \
            own. One process and several run in turn; the clock runs from the first task put in to the last result.

            Example: antenna-worker bench scale --amqp-url-file broker.txt --processes 2
            """
    )

    @Option(help: "Processes that are held against one.") var processes = 2
    @Option(help: ArgumentHelp("How long a device takes for an image.", valueName: "milliseconds")) var sleep = 200
    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumingSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard processes > 1, sleep > 0 else {
            throw ValidationError("--processes is more than 1, and --sleep more than 0.")
        }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        try await images.withImages { images in
            let server = try BenchServer(images, pipeline: "demo")
            defer { server.stop() }
            try await settings.broker.withTools(named: "bench") { tools, connection in
                let queues = BrokerBenchQueues(tools: tools, connection: connection, exchange: settings.broker.exchange)
                try await queues.declare()
                do {
                    try await measure(images, server, queues, settings)
                } catch {
                    try await queues.delete()
                    throw error
                }
                try await queues.delete()
            }
        }
    }

    private func measure(
        _ images: BenchImages,
        _ server: BenchServer,
        _ queues: BrokerBenchQueues,
        _ settings: WorkerSettings
    ) async throws {
        let urls = (0..<images.count).map { server.imageURL(images[$0], at: $0) }
        let runner = BenchRunner(benchmark: "scale, \(processes) processes", unit: "image", options: options)
        let one = BenchRunner.Reference(name: "one process") {
            try await work(1, through: urls, queues, settings) { _ in }
        }
        try await runner.run(count: urls.count, reference: one) { progress in
            try await work(processes, through: urls, queues, settings, progress: progress)
        }
    }

    /// Has so many processes answer a task for each address.
    private func work(
        _ count: Int,
        through urls: [String],
        _ queues: BrokerBenchQueues,
        _ settings: WorkerSettings,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let before = ProcessUsage.endedChildren.cpuSeconds
        let children = try (0..<count).map { _ in try startProcess(on: queues, settings) }
        let seconds: Double
        do {
            try await queues.waitForConsumers(count) { children.allSatisfy(\.isRunning) }
            let began = ContinuousClock.now
            try await queues.fill(urls)
            try await queues.takeResults(urls.count, progress: progress)
            seconds = began.duration(to: .now) / .seconds(1)
        } catch {
            for child in children { child.terminate() }
            throw error
        }
        for child in children {
            child.terminate()
            child.waitUntilExit()
        }
        return BenchSample(
            count: urls.count,
            seconds: seconds,
            cpuSeconds: ProcessUsage.endedChildren.cpuSeconds - before
        )
    }

    private func startProcess(on queues: BrokerBenchQueues, _ settings: WorkerSettings) throws -> Process {
        let process = Process()
        let broker = settings.broker
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["bench", "scale-process", "--queue", queues.pipeline, "--sleep", "\(sleep)"]
            + ["--results-exchange", broker.resultsExchange, "--prefetch", "\(settings.consuming.prefetch)"]
            + [
                ("--amqp-ca", broker.authorities), ("--amqp-client-certificate", broker.clientCertificate),
                ("--amqp-client-key", broker.clientKey),
            ].flatMap { flag, path in path.map { [flag, $0] } ?? [] }
        process.environment = ProcessInfo.processInfo.environment.merging([
            BrokerSettings().url.variables[0]: broker.url?.reveal() ?? "",
            BrokerSettings().url.fileVariables[0]: "",
        ]) { $1 }
        do {
            try process.run()
        } catch {
            throw CommandFailure("A process that infers cannot be started: \(error.localizedDescription)")
        }
        return process
    }
}

/// One of the processes of ``BenchScale``: 'infer' with a sleep in place of the models.
struct BenchScaleProcess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale-process",
        abstract: "One of the processes of 'bench scale', which starts it.",
        shouldDisplay: false
    )

    @Option(help: "What names the ready queue.") var queue: String
    @Option(help: "How long the device takes for an image, in milliseconds.") var sleep: Int
    @OptionGroup var broker: Flags<BrokerSettings>
    @OptionGroup var consuming: Flags<ConsumingSettings>
    @OptionGroup var file: ConfigFileOption

    func run() async throws {
        var settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        settings.work.pipelines = ["demo"]
        // The same image comes again and is to be fetched again.
        settings.memory.tensorCache = 0
        let logger = Logger(label: "bench")
        let stages = try WorkerStages(
            settings: settings,
            logger: logger,
            inference: { [settings] _ in try .constant(settings, secondsPerImage: Double(sleep) / 1_000) },
            onProgress: { _ in }
        )
        let tasks = AMQPTaskQueue(
            settings: AMQPSourceSettings(
                settings.broker,
                settings.consuming,
                kind: .ready,
                pipelines: [queue]
            ),
            broker: try BrokerConnections(
                try settings.broker.connection(named: "bench"),
                largestDelivery: TaskMessage.largestDelivery,
                logger: logger
            ),
            confirmed: MemoryConfirmedResults(),
            taking: TakingSwitch(),
            logger: logger
        )
        let worker = stages.worker(source: AMQPTaskSource(queue: tasks, logger: logger))
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([worker])
    }
}
