import ArgumentParser
import Broker
import Settings
import Telemetry
import Transport
import Worker

/// Looks after the queues on RabbitMQ.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Look at the queues on RabbitMQ, and decide about tasks that nobody could do.",
        discussion: """
            A pipeline has five queues: antenna.tasks.PIPELINE, antenna.ready.PIPELINE for tasks whose pixels were fetched, both once more with
            .interactive behind them for tasks that somebody waits for, and antenna.dead.PIPELINE for messages that are no tasks or never came to a result.
            """,
        subcommands: [Status.self, Dead.self, Replay.self, Drop.self]
    )

    /// The options of every subcommand.
    struct Options: ParsableArguments {
        @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
        @OptionGroup(title: "Messages") var log: Flags<LogSettings>
        @OptionGroup(title: "Configuration") var file: ConfigFileOption

        /// Connects, and has a refusal say what it is about.
        ///
        /// - Parameters:
        ///   - command: The subcommand, whose flags set settings.
        ///   - body: Given the tools and the settings.
        /// - Returns: What `body` returns.
        /// - Throws: `CommandFailure` in sentences for people.
        func withTools<Value: Sendable>(
            for command: some ParsableArguments,
            body: (QueueTools, WorkerSettings) async throws -> Value
        ) async throws -> Value {
            let settings = try WorkerSettings.load(FlagValues(of: command))
            LoggingSetup.bootstrap(settings.log)
            return try await settings.broker.withTools(named: "queue") { tools, _ in
                do {
                    return try await body(tools, settings)
                } catch let error as TransportError where error.code == .notFound {
                    throw CommandFailure("There is no such queue. See 'antenna-worker queue status'.")
                }
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how many messages wait in each queue, and how many workers take them."
        )

        @Flag(help: "Print one JSON object instead of a table.") var json = false
        @OptionGroup var work: Flags<PipelineFlag>
        @OptionGroup var models: Flags<ModelSettings>
        @OptionGroup var options: Options

        func run() async throws {
            let reports = try await options.withTools(for: self) { tools, settings in
                guard !settings.slugs.isEmpty else {
                    throw CommandFailure(
                        "Say with --pipeline whose queues: there is no pipeline in \(settings.models.folder)."
                    )
                }
                return try await tools.status(of: settings.slugs)
            }
            guard !json else { return try Output.standard.write(QueueTools.json(of: reports)) }
            let rows = reports.map { report in
                [
                    "\(report.queue)", report.status.map { "\($0.messages)" } ?? "-",
                    report.status.map { "\($0.consumers)" } ?? "-",
                ]
            }
            try Output.standard.print(TextTable(header: ["queue", "waiting", "consumers"], rows: rows))
        }
    }

    struct Dead: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show dead letters, oldest first, and why they are dead; they stay where they are."
        )

        @Option(help: ArgumentHelp("Whose dead letters.", valueName: "slug")) var pipeline: String
        @Option(help: "The most to show.") var limit = 20
        @OptionGroup var options: Options

        func run() async throws {
            let letters = try await options.withTools(for: self) { tools, _ in
                try await tools.deadLetters(of: pipeline, limit: limit)
            }
            guard !letters.isEmpty else {
                return try Output.standard.print("There are no dead letters of \(pipeline.visible).")
            }
            try Output.standard.print(
                TextTable(header: ["task", "from", "tries", "reason"], rows: letters.map(Self.row))
            )
        }

        static func row(_ letter: DeadLetter) -> [String] {
            var reason = letter.reason
            if letter.omittedBytes > 0 { reason += "; too large to be taken: \(letter.omittedBytes) bytes" }
            if let cut = letter.cutHeaders { reason += "; without the headers that did not fit: \(cut)" }
            return [letter.original.messageID ?? "-", letter.queue ?? "-", "\(letter.attempts)", reason]
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put dead letters back into the queues they came from, to be tried afresh."
        )

        @Option(help: ArgumentHelp("Whose dead letters.", valueName: "slug")) var pipeline: String
        @Option(help: "The most to put back, oldest first; all of them when left out.") var limit: Int?
        @OptionGroup var options: Options

        func run() async throws {
            let report = try await options.withTools(for: self) { tools, _ in
                try await tools.replay(pipeline, limit: limit ?? .max)
            }
            try Output.standard.print("\(report.replayed) put back, \(report.stayed) left")
            for reason in report.reasons { try Output.standard.print(reason.visible) }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove dead letters for good.")

        @Option(help: ArgumentHelp("Whose dead letters.", valueName: "slug")) var pipeline: String
        @Option(help: "The most to remove, oldest first; all of them when left out.") var limit: Int?
        @Flag(help: "Really remove them; they cannot be had back.") var yes = false
        @OptionGroup var options: Options

        func validate() throws {
            guard yes else {
                throw ValidationError("Dropped letters cannot be had back: look with 'queue dead', then add --yes.")
            }
        }

        func run() async throws {
            let count = try await options.withTools(for: self) { tools, _ in
                try await tools.drop(pipeline, limit: limit)
            }
            try Output.standard.print("\(count) dropped")
        }
    }
}
