import Antenna
import LocalAntenna
import TestSupport
import Testing
import WorkerTestSupport

@Suite("A job that somebody waits for, over REST", .serialized, .timeLimit(.minutes(10)))
struct InteractiveJobTests {
    @Test("A job of one image is done while one of many holds every place there is for fetching")
    func oneImage() async throws {
        let held = try HeldImages()
        try await withLocalAntenna { configuration in
            configuration.jobs = [
                JobSeed(pipelineSlug: "demo", images: held.sources(30)),
                JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(1)),
            ]
        } body: { antenna in
            let jobs = Set(antenna.records().map(\.jobID)).sorted()
            let (large, small) = (jobs[0], jobs[1])
            antenna.setActive(false, job: small)
            let worker = try await WorkerUnderTest(antenna: antenna, imageTimeout: .seconds(600)) { settings in
                settings.interactiveImages = 1
                settings.jobRefreshInterval = .milliseconds(200)
                settings.untilEmpty = false
            }
            let running = Task { try await worker.run() }
            try await eventually { held.asked >= 8 }
            antenna.setActive(true, job: small)
            try await eventually(within: .seconds(240)) { antenna.counts(job: small).saved == 1 }
            #expect(antenna.counts(job: large).saved == 0)
            held.letGo()
            // Thirty images through the demo's models, which takes a busy machine minutes.
            try await eventually(within: .seconds(240)) { antenna.counts().saved == 31 }
            running.cancel()
            _ = await running.result
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
        }
    }
}
