import Foundation
import Inference
import Logging
import Pipeline
package import Settings
import Worker

/// From addresses to batches that are ready for a device, in turn with libjpeg-turbo alone.
package struct FetchBenchmark {
    private let plan: BenchPlan
    private let settings: WorkerSettings
    private let urlPrefix: String?

    /// - Parameters:
    ///   - plan: How often, and where the figures go.
    ///   - settings: All settings.
    ///   - urlPrefix: What comes before the files' names in their addresses; a local Antenna serves them when left out.
    package init(plan: BenchPlan, settings: WorkerSettings, urlPrefix: String?) {
        self.plan = plan
        self.settings = settings
        self.urlPrefix = urlPrefix
    }

    /// Measures and reports.
    package func run(_ images: BenchImages) async throws {
        let server = urlPrefix == nil ? try BenchServer(images, pipeline: "demo") : nil
        defer { server?.stop() }
        let urls = (0..<images.count).map { index in
            server?.imageURL(images[index], at: index) ?? "\(urlPrefix ?? "")\(images[index].name)"
        }
        let bare = BareDecodeLoop(images, cores: ProcessInfo.processInfo.activeProcessorCount)
        let runner = BenchRunner(benchmark: "fetch", unit: "image", plan: plan)
        try await runner.run(count: images.count, reference: bare.reference) { progress in
            try await fetch(urls, pixels: images.pixels, progress: progress)
        }
    }

    private func fetch(
        _ urls: [String],
        pixels: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> BenchSample {
        var settings = settings
        // The same image comes again and is to be fetched again.
        settings.memory.tensorCache = 0
        settings.images.proxy = .none
        let logger = Logger(label: "bench")
        let stages = try WorkerStages(
            settings: settings,
            context: RoleContext().counting(progress),
            logger: logger,
            inference: { _ in try .constant(settings) }
        )
        let failures = BenchFailures()
        let source = FileTaskSource(paths: urls, pipeline: stages.manifests[0].slug, logger: logger) { result, _ in
            failures.note(result)
        }
        let sample = try await BenchSample(count: urls.count, pixels: pixels) {
            try await stages.worker(source: source).run()
            return stages.statistics.stages.summaries().map(BenchStage.init)
        }
        try failures.check()
        return sample
    }
}
