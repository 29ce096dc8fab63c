import ArgumentParser
import Broker
import Foundation
import Logging
import Settings
import Transport

/// RabbitMQ and this worker's way through it, without images.
struct BenchBroker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Measure tasks a second from RabbitMQ to RabbitMQ: consumed, published with confirm, acknowledged.",
        discussion: """
            Fills a queue of its own, then takes every task and publishes a constant as its result, as the worker does. The clock runs \
            from the first task taken to the last one settled. The queues are removed afterwards.

            With --reference a program that does the same is run in turn, and the ratio is printed. Benchmarks/broker does all of \
            that with a broker of its own and a program in C.

            Example: antenna-worker bench broker --amqp-url-file broker.txt --tasks 20000
            """
    )

    @Option(help: "Tasks in a run.") var tasks = 10_000
    @Option(help: ArgumentHelp("The size of a result.", valueName: "bytes")) var resultBytes = 2_000
    @Option(help: ArgumentHelp("A program to run in turn: see Benchmarks/bare-broker.", valueName: "path"))
    var reference: String?
    @OptionGroup var options: BenchOptions
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumingSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard tasks > 0, resultBytes > 0 else { throw ValidationError("--tasks and --result-bytes are more than 0.") }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        try await settings.broker.withTools(named: "bench") { tools, connection in
            let queues = BrokerBenchQueues(tools: tools, connection: connection, exchange: settings.broker.exchange)
            try await queues.declare()
            do {
                try await measure(settings, queues)
            } catch {
                try await queues.delete()
                throw error
            }
            try await queues.delete()
        }
    }

    private func measure(_ settings: WorkerSettings, _ queues: BrokerBenchQueues) async throws {
        let loop = BrokerLoop(
            settings: AMQPSourceSettings(
                settings.broker,
                settings.consuming,
                kind: .tasks,
                pipelines: [queues.pipeline]
            ),
            connection: try settings.broker.connection(named: "bench"),
            result: [UInt8](repeating: UInt8(ascii: "x"), count: resultBytes)
        )
        let program = reference.map { path in
            BenchProgram(
                path: path,
                arguments: [
                    "\(queues.tasks)", settings.broker.exchange, queues.results, "\(tasks)",
                    "\(settings.consuming.prefetch)", "\(resultBytes)",
                ],
                environment: ["AMQP_URL": settings.broker.url?.reveal() ?? ""]
            )
        }
        let runner = BenchRunner(benchmark: "broker", unit: "task", options: options)
        try await runner.run(
            count: tasks,
            reference: program.map { program in
                BenchRunner.Reference(name: program.name) {
                    try await queues.fill(tasks)
                    return try await program.run(count: tasks)
                }
            }
        ) { progress in
            try await queues.fill(tasks)
            return try await loop.run(count: tasks, progress: progress)
        }
    }
}
