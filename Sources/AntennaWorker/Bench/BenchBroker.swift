import ArgumentParser
import Lab
import Settings
import Worker

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
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumerSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard tasks > 0, resultBytes > 0 else { throw ValidationError("--tasks and --result-bytes are more than 0.") }
    }

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(.warnings)
        let benchmark = BrokerBenchmark(
            plan: options.plan,
            settings: settings,
            tasks: tasks,
            resultBytes: resultBytes,
            program: reference
        )
        try await benchmark.run()
    }
}
