import Broker
package import Settings
import Transport
import Worker

/// The worker's way through RabbitMQ without images, in turn with a program that does the same.
package struct BrokerBenchmark {
    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let tasks: Int
    private let resultBytes: Int
    private let program: String?

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings.
    ///   - tasks: Tasks in a run.
    ///   - resultBytes: The size of a result.
    ///   - program: The path of a program to run in turn.
    package init(plan: BenchPlan, settings: WorkerSettings, tasks: Int, resultBytes: Int, program: String?) {
        self.plan = plan
        self.settings = settings
        self.tasks = tasks
        self.resultBytes = resultBytes
        self.program = program
    }

    /// Measures and reports.
    package func run() async throws {
        try await BrokerBenchQueues.lend(settings) { try await measure($0) }
    }

    private func measure(_ queues: BrokerBenchQueues) async throws {
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
        let reference = program.map { path in
            BenchProgram(
                path: path,
                arguments: [
                    "\(queues.tasks)", settings.broker.exchange, queues.results, "\(tasks)",
                    "\(settings.consuming.prefetch)", "\(resultBytes)",
                ],
                environment: ["AMQP_URL": settings.broker.url?.reveal() ?? ""]
            )
        }
        let runner = BenchRunner(benchmark: "broker", unit: "task", plan: plan)
        try await runner.run(
            count: tasks,
            reference: reference.map { program in
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
