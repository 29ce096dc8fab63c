import LocalAntenna
import TestSupport
import Testing
import WorkerTestSupport

@Suite("What a worker over REST shows of itself", .timeLimit(.minutes(5)))
struct RESTAdminTests {
    @Test("An Antenna that answers with errors is named by page, metrics and readiness, and its results are counted")
    func antenna() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(6))]
        } body: { antenna in
            let worker = try AdminWorker(antenna: antenna)
            try await worker.whileRunning {
                try await worker.ready()
                try await eventually { antenna.counts().saved == 6 }
                try await eventually {
                    try await worker.metrics().value("antenna_worker_antenna_tasks_reserved") == 0
                }
                let page = try await worker.metrics()
                #expect(page.value("antenna_worker_results_total", ["outcome": "posted"]) == 6)
                #expect(page.value("antenna_worker_tasks_total", ["outcome": "succeeded"]) == 6)
                #expect(page.value("antenna_worker_antenna_reachable") == 1)
                #expect(page.samples(of: "antenna_worker_broker_connected").isEmpty, "this role has no broker")

                var faults = FaultSettings()
                faults.failRate = 1
                antenna.setFaults(faults)
                // Not by the page's status: on a busy machine it may not be ready for another reason.
                try await eventually {
                    try await worker.metrics().value("antenna_worker_readiness", ["check": "antenna"]) == 0
                }
                let readiness = try await worker.readiness()
                #expect(readiness?.status == 503 && readiness?.text.contains("\nantenna: ok\n") == false)
                #expect(try await worker.snapshot().problems.contains("antenna"))
                antenna.setFaults(FaultSettings())
                try await worker.ready()
                await worker.stop()
            }
        }
    }

    @Test("That there is no job for the worker is told on the page, and it is ready all the same")
    func idle() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "another", images: try TestSheet.sources(1))]
        } body: { antenna in
            let worker = try AdminWorker(antenna: antenna)
            try await worker.whileRunning {
                try await worker.ready()
                try await eventually {
                    let jobs = try await worker.snapshot().checks.first { $0.name == "jobs" }
                    return jobs?.detail?.hasPrefix("Antenna lists none with work") == true
                        && jobs?.problem == nil
                }
                #expect(try await worker.readiness()?.status == 200)
                await worker.stop()
            }
        }
    }
}
