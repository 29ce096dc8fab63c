import Foundation
import Logging
import Pipeline
package import Settings
import Telemetry
import Worker

/// A whole worker over REST, and a local Antenna in a process of its own.
package struct EndToEndBenchmark {
    /// Insects in every image, scores and features of every insect, in place of inference.
    package typealias Constant = (insects: Int, labels: Int, features: Int)

    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let constant: Constant?

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings, a pipeline or more among them.
    ///   - constant: What stands in for inference; nil to infer.
    package init(plan: BenchPlan, settings: WorkerSettings, constant: Constant?) {
        self.plan = plan
        self.settings = settings
        self.constant = constant
    }

    /// Measures and reports.
    package func run(_ images: BenchImages) async throws {
        let spool = FileManager.default.temporaryDirectory.appending(path: "antenna-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }
        let runner = BenchRunner(benchmark: "end-to-end", unit: "image", plan: plan)
        try await runner.run(count: images.count) { progress in
            try await work(through: images, spool: spool.path, progress: progress)
        }
    }

    private func work(
        through images: BenchImages,
        spool: String,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        let server = try BenchServer(images, pipeline: settings.work.pipelines[0])
        defer { server.stop() }
        var settings = settings
        settings.antenna.baseURL = server.baseURL
        settings.spool.directory = spool
        settings.memory.tensorCache = 0
        settings.images.proxy = .none
        settings.antenna.proxy = .none
        let logger = Logger(label: "bench")
        let stages = try makeStages(settings, progress: progress, logger: logger)
        try await Registrar.register(
            settings,
            manifests: stages.manifests,
            role: "bench",
            http: stages.images.antenna,
            say: { _ in }
        )
        let worker = try await RESTWorker(stages: stages, settings: settings, ending: .untilEmpty, logger: logger)
        var demand = Duration.zero
        var sample = try await BenchSample(count: images.count, pixels: images.pixels) {
            try await worker.run()
            demand = stages.demand
            return worker.statistics.stages.summaries().map(BenchStage.init)
        }
        if constant == nil {
            sample.engineSeconds = worker.statistics.insideRuntime.value / .seconds(1)
            sample.demandSeconds = demand / .seconds(1)
        }
        let (succeeded, failed) = (worker.statistics.succeeded.value, worker.statistics.failed.value)
        guard succeeded == images.count else {
            throw CommandFailure("\(succeeded) of \(images.count) images were analysed, \(failed) failed.")
        }
        return sample
    }

    private func makeStages(
        _ settings: WorkerSettings,
        progress: @escaping @Sendable (Int) -> Void,
        logger: Logger
    ) throws -> WorkerStages {
        try WorkerStages(settings: settings, context: RoleContext().counting(progress), logger: logger) { threads in
            if let constant {
                return try .constant(
                    settings,
                    insects: constant.insects,
                    labels: constant.labels,
                    features: constant.features
                )
            }
            return try InferenceAssembly(
                settings: settings,
                slugs: settings.work.pipelines,
                threads: threads,
                logger: logger
            )
        }
    }
}
