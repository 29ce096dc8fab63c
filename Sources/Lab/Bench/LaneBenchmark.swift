import Broker
import Logging
import Pipeline
package import Settings
import Transport
import Worker

/// How long a task that somebody waits for takes behind a backlog, held against an idle worker.
package struct LaneBenchmark {
    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let probes: Int
    private let isConstant: Bool

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings, a pipeline or more among them.
    ///   - probes: Tasks that are waited for, one after the other, on the idle worker and again behind the backlog.
    ///   - isConstant: Whether a constant stands in for inference.
    package init(plan: BenchPlan, settings: WorkerSettings, probes: Int, isConstant: Bool) {
        self.plan = plan
        self.settings = settings
        self.probes = probes
        self.isConstant = isConstant
    }

    /// Measures and reports.
    ///
    /// - Parameter images: As many as the backlog has tasks.
    /// - Throws: `CommandFailure` when a task fails or the backlog is too small; what the broker says.
    package func run(_ images: BenchImages) async throws {
        let server = try BenchServer(images, pipeline: settings.work.pipelines[0])
        defer { server.stop() }
        let urls = (0..<images.count).map { server.imageURL(images[$0], at: $0) }
        var ratios: [Double] = []
        try await BrokerBenchQueues.lend(settings) { queues in
            let runner = BenchRunner(benchmark: "lane", unit: "task", plan: plan)
            try await runner.run(count: 2 * probes) { progress in
                let sample = try await measure(urls, queues, progress: progress)
                if let idle = sample.stages.first, let behind = sample.stages.last {
                    ratios.append(behind.p99Seconds / idle.p50Seconds)
                }
                return sample
            }
        }
        let ratio = ratios.suffix(plan.runs).median
        try Output.standard.print(
            "p99 behind the backlog / median of the idle worker: \(BenchReport.decimal(ratio, 2)). "
                + "The rate above is that of the backlog meanwhile."
        )
    }

    private func measure(
        _ urls: [String],
        _ queues: BrokerBenchQueues,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let logger = Logger(label: "bench")
        let (worker, statistics) = try makeWorker(queues, logger)
        let running = Task { try await ServiceRunner(grace: .seconds(60), logger: logger).run([worker]) }
        do {
            let probe = try await LaneProbe(queues: queues, pipeline: settings.work.pipelines[0])
            // The first ones find connections, memory and models cold.
            for url in urls.prefix(5) { _ = try await probe.send(url) }
            let idle = try await send(urls, by: probe) { progress($0) }
            try await queues.fill(urls, into: queues.tasks, pipeline: settings.work.pipelines[0])
            let before = statistics.answered
            while statistics.answered < before + 50 { try await Task.sleep(for: .milliseconds(100)) }
            let counted = statistics.answered
            var sample = try await BenchSample(count: 0) {
                let behind = try await send(urls, by: probe) { progress(probes + $0) }
                return [BenchStage(name: "idle", seconds: idle), BenchStage(name: "behind", seconds: behind)]
            }
            sample.count = statistics.answered - counted - probes
            guard try await queues.connection.purge(queue: "\(queues.tasks)") > 0 else {
                throw CommandFailure("The backlog was done before the last of the others: name a larger --count.")
            }
            try await probe.close()
            running.cancel()
            _ = try? await running.value
            return sample
        } catch {
            running.cancel()
            _ = try? await running.value
            throw error
        }
    }

    /// Sends tasks one after the other, and returns how long each took, in seconds.
    private func send(_ urls: [String], by probe: LaneProbe, progress: (Int) -> Void) async throws -> [Double] {
        var durations: [Double] = []
        for number in 0..<probes {
            // Spread, so that they meet the batches at all points of their way.
            try await Task.sleep(for: .milliseconds(20 + number * 37 % 101))
            durations.append(try await probe.send(urls[number % urls.count]) / .seconds(1))
            progress(number + 1)
        }
        return durations
    }

    private func makeWorker(
        _ queues: BrokerBenchQueues,
        _ logger: Logger
    ) throws -> (Pipeline.Worker, WorkerStatistics) {
        var settings = settings
        // The same images come again and are to be fetched again.
        settings.memory.tensorCache = 0
        settings.images.proxy = .none
        let stages = try WorkerStages(
            settings: settings,
            logger: logger,
            inference: { [settings, isConstant] threads in
                if isConstant { return try .constant(settings) }
                return try InferenceAssembly(
                    settings: settings,
                    slugs: settings.work.pipelines,
                    threads: threads,
                    logger: logger
                )
            }
        )
        let source = try AMQPTaskSource.bench(.tasks, of: queues.pipeline, settings, logger: logger)
        return (stages.worker(source: source), stages.statistics)
    }
}
