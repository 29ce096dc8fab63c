import Antenna
import Foundation
import LocalAntenna
import Logging
import Pipeline
import Settings
import TestSupport
import WorkerTestSupport

@testable import Worker

/// A whole worker in the test process, with the demo models, that takes its tasks from a local Antenna.
struct WorkerUnderTest {
    private let delivery: RESTWorkerParts
    private let worker: Worker
    let statistics: WorkerStatistics

    init(
        antenna: LocalAntennaServer,
        imageTimeout: Duration = .seconds(60),
        settings change: (inout RESTSourceSettings) -> Void = { _ in }
    ) async throws {
        var logger = Logger(label: "worker-under-test")
        logger.logLevel = .error
        var settings = try ScratchFolder().resolve(flags: [
            "--base-url", antenna.baseURL, "--pipeline", "demo", "--models", PackagePaths.models,
            "--fetch-concurrency", "8", "--localization-batch-size", "4", "--linger", "20ms",
            "--pixel-budget", "64MiB", "--tensor-cache", "0",
        ]).settings
        settings.images.totalTimeout = imageTimeout
        settings.images.retries = 1
        let stages = try WorkerStages(settings: settings, logger: logger)

        var rest = RESTSourceSettings(settings, role: "test", manifests: stages.manifests)
        rest.untilEmpty = true
        rest.minimumIdleDelay = .milliseconds(20)
        rest.maximumIdleDelay = .milliseconds(100)
        rest.spoolDirectory = try PackagePaths.scratch("spool").path
        change(&rest)
        delivery = try await RESTWorkerParts(
            rest,
            models: stages.modelsDescription,
            http: stages.images.antenna,
            pauseSwitch: PauseSwitch(),
            logger: logger
        )
        worker = stages.worker(source: delivery.makeSource())
        statistics = stages.statistics
    }

    var spool: Spool { delivery.spool }

    func run() async throws {
        try await delivery.run(worker)
    }
}
