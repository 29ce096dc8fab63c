import Antenna
import LocalAntenna
import Synchronization
import TestSupport
import Testing
import WorkerTestSupport

@Suite("A job that somebody waits for, over REST", .serialized, .timeLimit(.minutes(10)))
struct InteractiveJobTests {
    @Test("A job of one image that comes beside one of many is done long before that is")
    func oneImage() async throws {
        // The jobs of the results, in the order in which these came.
        let results = Mutex<[Int]>([])
        try await withLocalAntenna { configuration in
            configuration.jobs = [
                JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(3), count: 30),
                JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(1)),
            ]
        } onResult: { accepted in
            results.withLock { $0.append(accepted.task.jobID) }
        } body: { antenna in
            let jobs = Set(antenna.records().map(\.jobID)).sorted()
            let (large, small) = (jobs[0], jobs[1])
            antenna.setActive(false, job: small)
            let worker = try await WorkerUnderTest(antenna: antenna) { settings in
                settings.interactiveImages = 1
                settings.jobRefreshInterval = .milliseconds(200)
                settings.untilEmpty = false
            }
            let running = Task { try await worker.run() }
            try await eventually { antenna.counts(job: large).saved >= 4 }
            let before = results.withLock(\.count)
            antenna.setActive(true, job: small)
            // Thirty-one images through the demo's models, which takes a busy machine minutes.
            try await eventually(within: .seconds(240)) { antenna.counts().saved == 31 }
            running.cancel()
            _ = await running.result
            let order = results.withLock(\.self)
            let others = try #require(order.firstIndex(of: small)) - before
            #expect(others < 20, "it waited for \(others) others")
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
        }
    }
}
