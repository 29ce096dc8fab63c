import Broker
import Concurrency
import Logging
import Pipeline
import Telemetry
import Transport
import Worker

/// The worker's way from RabbitMQ to RabbitMQ with a constant in place of all that is between.
struct BrokerLoop {
    let settings: AMQPSourceSettings
    let connection: AMQPConfiguration
    /// The result of every task.
    let result: [UInt8]

    /// Takes and answers so many tasks, as many at once as the prefetch allows.
    ///
    /// - Throws: ``TransportError`` when the broker is away or a result could not be published.
    func run(count: Int, progress: @escaping @Sendable (Int) -> Void) async throws -> BenchSample {
        let logger = Logger(label: "bench")
        let source = AMQPTaskSource(
            settings: settings,
            consuming: try await AMQPConnection.connect(connection, logger: logger),
            publishing: try await AMQPConnection.connect(connection, logger: logger),
            logger: logger
        )
        async let consuming: Void = source.run()
        guard let first = await source.next() else { throw CommandFailure("RabbitMQ delivers no tasks.") }
        let sample = try await BenchSample(count: count) {
            try await answer(count, of: source, beginningWith: first, progress: progress)
        }
        source.drain()
        await consuming
        return sample
    }

    private func answer(
        _ count: Int,
        of source: AMQPTaskSource,
        beginningWith first: Lease,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> [BenchStage] {
        let statistics = StageStatistics()
        var waiting: Lease? = first
        var taken = 0
        await Budget(limit: settings.prefetch)
            .forEach { () async -> Lease? in
                guard taken < count else { return nil }
                let lease = if let first = waiting { Optional(first) } else { await source.next() }
                waiting = nil
                taken += 1
                if taken.isMultiple(of: 1_000) { progress(taken) }
                return lease
            } perform: { [result] (lease: Lease) in
                let began = ContinuousClock.now
                let answer = EncodedResult(taskID: lease.task.id, json: result, isError: false)
                // A failure is logged by whoever settles, and shows in the count.
                try? await lease.settle(.completed(answer))
                statistics.record(.now - began, in: .publish)
            }
        let answered = source.statistics.answered.value
        guard answered == count else { throw CommandFailure("Only \(answered) of \(count) results were confirmed.") }
        return statistics.summaries().map(BenchStage.init)
    }
}
