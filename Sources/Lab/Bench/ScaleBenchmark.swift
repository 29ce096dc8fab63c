import Broker
import Foundation
package import Settings
import Worker

/// Several processes that infer, held against one.
package struct ScaleBenchmark {
    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let processes: Int
    private let sleep: Int

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings.
    ///   - processes: Processes that are held against one.
    ///   - sleep: How long a device takes for an image, in milliseconds.
    package init(plan: BenchPlan, settings: WorkerSettings, processes: Int, sleep: Int) {
        self.plan = plan
        self.settings = settings
        self.processes = processes
        self.sleep = sleep
    }

    /// Measures and reports.
    package func run(_ images: BenchImages) async throws {
        let server = try BenchServer(images, pipeline: "demo")
        defer { server.stop() }
        try await BrokerBenchQueues.lend(settings) { try await measure(images, server, $0) }
    }

    private func measure(
        _ images: BenchImages,
        _ server: BenchServer,
        _ queues: BrokerBenchQueues
    ) async throws {
        let urls = (0..<images.count).map { server.imageURL(images[$0], at: $0) }
        let runner = BenchRunner(benchmark: "scale, \(processes) processes", unit: "image", plan: plan)
        let one = BenchRunner.Reference(name: "one process") {
            try await work(1, through: urls, queues) { _ in }
        }
        try await runner.run(count: urls.count, reference: one) { progress in
            try await work(processes, through: urls, queues, progress: progress)
        }
    }

    /// Has so many processes answer a task for each address.
    private func work(
        _ count: Int,
        through urls: [String],
        _ queues: BrokerBenchQueues,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let before = ProcessUsage.endedChildren.cpuSeconds
        let children = try (0..<count).map { _ in try startProcess(on: queues) }
        let seconds: Double
        do {
            try await queues.waitForConsumers(count) { children.allSatisfy(\.isRunning) }
            let began = ContinuousClock.now
            try await queues.fill(urls)
            try await queues.takeResults(urls.count, progress: progress)
            seconds = began.duration(to: .now) / .seconds(1)
        } catch {
            end(children)
            throw error
        }
        end(children)
        return BenchSample(
            count: urls.count,
            seconds: seconds,
            cpuSeconds: ProcessUsage.endedChildren.cpuSeconds - before
        )
    }

    private func end(_ children: [LeashedProcess]) {
        for child in children {
            child.terminate()
            child.waitUntilExit()
        }
    }

    private func startProcess(on queues: BrokerBenchQueues) throws -> LeashedProcess {
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
            return try LeashedProcess(process)
        } catch {
            throw CommandFailure("A process that infers cannot be started: \(error.localizedDescription)")
        }
    }
}
