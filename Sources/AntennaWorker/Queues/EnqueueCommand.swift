import ArgumentParser
import Broker
import Concurrency
import Foundation
import Pipeline
import Settings
import Transport
import Worker

/// Puts images into a pipeline's queue.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Put images into a pipeline's queue on RabbitMQ, for workers with --source amqp.",
        discussion: """
            Takes the images' addresses. For files and folders, --images-at says where workers find them: the address of the
            folder, to which the name of each file is added. Or it takes with --json-lines a file with one task a line, as Antenna writes them: id, image_id,
            image_url, and where they differ from the flags reply_subject and pipeline, with detections where they exist and a config where something is asked. Ends with status 0 once the broker has
            confirmed every task. The queues are made when they are not there. With --interactive the tasks go to antenna.tasks.PIPELINE.interactive, and through
            every stage of the workers before all that wait in the other queue.

            Example: antenna-worker enqueue --amqp-url-file broker.txt --pipeline demo --reply-to my-results \\
                https://images.example/1.jpg https://images.example/2.jpg
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Addresses of images, or files and folders of images; the n-th gets the image number n.",
            valueName: "url|path"
        )
    )
    var images: [String] = []
    @Option(
        help: ArgumentHelp("The address under which workers can fetch the files named.", valueName: "url"),
        transform: { try WebAddress.normalise($0) }
    )
    var imagesAt: String?

    @Option(help: ArgumentHelp("A file with one task a line, each a JSON object.", valueName: "path"))
    var jsonLines: String?
    @Option(
        help: ArgumentHelp("The pipeline of the tasks, and of those in the file that name none.", valueName: "slug")
    )
    var pipeline: String
    @Option(
        help: ArgumentHelp(
            "Where results go, for tasks that say nothing else: a queue, made when it is not there.",
            valueName: "queue"
        )
    )
    var replyTo: String?

    @Option(
        help: ArgumentHelp(
            "Detections that exist, to be named: a JSON list as for infer-file, with the images' addresses or names.",
            valueName: "file"
        )
    )
    var detections: String?
    @OptionGroup var asked: TaskConfigOption

    @Flag(help: "Somebody waits for the results: these tasks go before the others.") var interactive = false

    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard images.isEmpty != (jsonLines == nil) else {
            throw ValidationError("Name images, or a file of tasks with --json-lines, but not both.")
        }
        guard images.isEmpty || replyTo != nil else {
            throw ValidationError("Say with --reply-to which queue takes the results.")
        }
        guard jsonLines == nil || detections == nil else {
            throw ValidationError("With --json-lines each task names its own detections; leave --detections out.")
        }
        guard jsonLines == nil || !asked.isGiven else {
            throw ValidationError("With --json-lines each task has its own config; leave --task-config out.")
        }
        if imagesAt == nil, let path = images.first(where: { !Self.isAddress($0) }) {
            throw ValidationError(
                "\(path) is no address that workers can fetch; for files and folders say with --images-at where they are."
            )
        }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(settings.log)
        let addresses = try addresses()
        let known = try detections.map { try DetectionsFile(path: $0) }
        try known?.check()
        let configuration = try asked.read()?.configuration
        let report = try await settings.broker.withTools(named: "enqueue") { tools, connection in
            if settings.broker.declares {
                try await tools.declare(pipeline: pipeline)
                if let replyTo { try await connection.declareResults(queue: replyTo, settings.broker) }
            }
            let progress = ProgressBar(label: "Enqueueing", total: jsonLines == nil ? addresses.count : nil)
            defer { progress.finish() }
            let count = { @Sendable (report: QueueTools.EnqueueReport) in progress.update(done: report.confirmed) }
            guard let jsonLines else {
                let tasks = imageTasks(addresses, known, configuration)
                return try await tools.enqueue(tasks, replyTo: replyTo, progress: count)
            }
            let tasks = try TaskLines(path: jsonLines, pipeline: pipeline, replyTo: replyTo, lane: lane)
            return try await tools.enqueue(tasks, replyTo: replyTo, progress: count)
        }
        try Output.standard.print("\(report.confirmed) tasks enqueued, \(report.failed) refused")
        for failure in report.failures { try Output.standard.print(failure.visible) }
        if report.failed > 0 { throw ExitCode(ExitStatus.failure) }
    }

    private var lane: Lane { interactive ? .interactive : .batch }

    private static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("http://") || text.hasPrefix("https://")
    }

    /// The addresses named, and those of the files named.
    func addresses() throws -> [String] {
        try images.flatMap { image -> [String] in
            guard let imagesAt, !Self.isAddress(image) else { return [image] }
            return try ImageFiles.find([image]).map { file in
                let name = URL(filePath: file.path).lastPathComponent
                return URL(string: imagesAt)?.appending(path: name).absoluteString ?? "\(imagesAt)/\(name)"
            }
        }
    }

    /// Ids differ from one call to the next: the same image enqueued again is meant to be done again.
    private func imageTasks(
        _ addresses: [String],
        _ known: DetectionsFile?,
        _ configuration: TaskConfiguration?
    ) -> AsyncStream<ImageTask> {
        let batch = UUID().uuidString.lowercased()
        let (pipeline, lane) = (self.pipeline, self.lane)
        let tasks = addresses.enumerated().map { index, url in
            ImageTask(
                id: "\(batch)-\(index + 1)",
                imageID: "\(index + 1)",
                imageURL: url,
                replySubject: "",
                pipeline: pipeline,
                detections: known?.detections(of: url),
                configuration: configuration,
                lane: lane
            )
        }
        return AsyncStream { stream in
            for task in tasks { stream.yield(task) }
            stream.finish()
        }
    }
}

extension AMQPConnection {
    /// Makes a queue for results and has the results exchange send them there.
    fileprivate func declareResults(queue: String, _ settings: BrokerSettings.Values) async throws {
        var declarations = AMQPTopology.declarations(forResultsExchange: settings.exchange)
        declarations.append(.queue(name: queue, arguments: ["x-queue-type": "quorum"]))
        if !settings.exchange.isEmpty {
            declarations.append(.binding(queue: queue, exchange: settings.exchange, routingKey: queue))
        }
        _ = try await AMQPTopology.ensure(declarations, on: self)
    }
}
