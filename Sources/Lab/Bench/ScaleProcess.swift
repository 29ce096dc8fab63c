import Broker
import Logging
import Pipeline
package import Settings
import Worker

/// One of the processes of ``ScaleBenchmark``: 'infer' with a sleep in place of the models.
package struct ScaleProcess {
    private let settings: WorkerSettings
    private let queue: String
    private let sleep: Int

    /// - Parameters:
    ///   - settings: All settings, the pipeline whose manifest is read among them.
    ///   - queue: What names the ready queue.
    ///   - sleep: How long the device takes for an image, in milliseconds.
    package init(settings: WorkerSettings, queue: String, sleep: Int) {
        self.settings = settings
        self.queue = queue
        self.sleep = sleep
    }

    /// Works until a signal stops it.
    package func run() async throws {
        var settings = settings
        // The same image comes again and is to be fetched again.
        settings.memory.tensorCache = 0
        let logger = Logger(label: "bench")
        let stages = try WorkerStages(
            settings: settings,
            logger: logger,
            inference: { [settings] _ in try .constant(settings, secondsPerImage: Double(sleep) / 1_000) }
        )
        let source = try AMQPTaskSource.bench(.ready, of: queue, settings, logger: logger)
        let worker = stages.worker(source: source)
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger).run([worker])
    }
}
