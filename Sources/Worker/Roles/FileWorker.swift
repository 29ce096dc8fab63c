package import Inference
package import Logging
package import Pipeline
package import Settings

/// A whole worker in this process for files of this machine; it ends when they are done.
package struct FileWorker: WorkerService {
    package let description = "worker on files"
    package let statistics: WorkerStatistics
    /// Where its models run, and why there.
    package let placement: DevicePlacement
    private let worker: Worker

    /// Loads the models and puts the stages together.
    ///
    /// - Parameters:
    ///   - settings: All settings; exactly one pipeline.
    ///   - paths: The files.
    ///   - detections: What is known of them already.
    ///   - configuration: The settings of the analysis of each.
    ///   - context: Who looks at it.
    ///   - logger: The worker's log.
    ///   - deliver: Takes each file's result.
    /// - Throws: What keeps the worker from starting, in sentences for people.
    package init(
        settings: WorkerSettings,
        paths: [String],
        detections: DetectionsFile? = nil,
        configuration: TaskConfiguration? = nil,
        context: RoleContext,
        logger: Logger,
        deliver: @escaping FileTaskSource.Delivery
    ) throws {
        let stages = try WorkerStages(settings: settings, context: context, logger: logger)
        let pipeline = stages.manifests[0].slug
        statistics = stages.statistics
        placement = stages.placement
        worker = stages.worker(
            files: FileTaskSource(
                paths: paths,
                pipeline: pipeline,
                detections: { detections?.detections(of: $0) },
                configuration: configuration,
                logger: logger,
                deliver: deliver
            )
        )
    }

    /// Works until every file has its result, or a graceful shutdown has finished those in hand.
    package func run() async throws {
        try await worker.run()
    }
}
