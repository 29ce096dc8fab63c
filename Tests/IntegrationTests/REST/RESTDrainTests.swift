import Antenna
import Foundation
import LocalAntenna
import Pipeline
import Telemetry
import TestSupport
import Testing
import WorkerTestSupport

@Suite("Jobs drained over REST, end to end", .serialized, .timeLimit(.minutes(5)))
struct RESTDrainTests {
    @Test func everyTaskOfEveryJobEndsWithOneResult() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = try (0..<3).map { _ in
                JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(3), count: 20)
            }
        } body: { antenna in
            let worker = try await WorkerUnderTest(antenna: antenna)
            try await worker.run()
            let counts = antenna.counts()
            #expect(counts.isExactlyOnce, "\(counts)")
            #expect(counts.savedErrors == 0)
            #expect(counts.detections > 0)
            #expect(counts.identicalDuplicates == 0)
            #expect(worker.statistics.succeeded.value == 60)
        }
    }

    @Test func theOlderDialectIsFoundOut() async throws {
        try await withLocalAntenna { configuration in
            configuration.dialect = .legacy
            configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(2), count: 10)]
        } body: { antenna in
            try await WorkerUnderTest(antenna: antenna).run()
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
        }
    }

    @Test func everyBadImageGetsOneErrorAndNoNeighbourIsHurt() async throws {
        let good = try TestSheet.sources(2)
        let badAddresses = [
            "http://127.0.0.1:1/refused.jpg", "file:///etc/passwd", "not a url", "", "http://169.254.169.254/a.jpg",
        ]
        let bad = ImageFault.allCases.map(ImageSource.fault) + badAddresses.map(ImageSource.address)
        let images = bad.flatMap { [$0, good[0]] }
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: images)]
        } body: { antenna in
            try await WorkerUnderTest(antenna: antenna, imageTimeout: .seconds(15)).run()
            let counts = antenna.counts()
            #expect(counts.isExactlyOnce, "\(counts)")
            let curable = ImageFault.allCases.filter(\.isCurable).count
            #expect(counts.savedErrors == images.count / 2 - curable)
            for record in antenna.records() {
                let source = antenna.imageSource(record.imageID)
                if case .bytes = source {
                    #expect(record.saved?.error == nil, "\(record)")
                } else if case .fault(let fault) = source, fault.isCurable {
                    #expect(record.saved?.error == nil, "\(fault): \(record.saved?.error ?? "")")
                } else {
                    #expect(record.saved?.error?.isEmpty == false, "\(String(describing: source))")
                }
            }
        }
    }

    @Test func burstsOfServerErrorsAndLostAnswersLoseNothing() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(3), count: 60)]
            configuration.faults.failRate = 0.2
            configuration.faults.failBurst = 3
            configuration.faults.lostPostRate = 0.2
            configuration.faults.slowImageRate = 0.1
            configuration.faults.slowImageDelay = .milliseconds(300)
        } body: { antenna in
            try await WorkerUnderTest(antenna: antenna).run()
            let counts = antenna.counts()
            #expect(counts.isExactlyOnce, "\(counts)")
            #expect(counts.identicalDuplicates > 0, "lost answers make the worker post again")
        }
    }

    @Test func resultsThatCannotBePostedWaitInTheSpoolForTheNextWorker() async throws {
        // The last ones are not done before nothing can be posted any more.
        let held = try HeldImages()
        try await withLocalAntenna { configuration in
            let images = try TestSheet.sources(6) + held.sources(2)
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: images)]
        } body: { antenna in
            let folder = try PackagePaths.scratch("spool").path
            let spooled = try await runUntilEverythingIsSpooledOrSaved(antenna, held, folder: folder)
            #expect(spooled > 0)

            antenna.setFaults(FaultSettings())
            var second = try await WorkerUnderTest(antenna: antenna) { $0.spoolDirectory = folder }
            // The first one's lock may be held for a moment yet, by a thread that is about to let go of it.
            try await eventually {
                if second.spool.count == spooled { return true }
                second = try await WorkerUnderTest(antenna: antenna) { $0.spoolDirectory = folder }
                return second.spool.count == spooled
            }
            try await second.run()
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
            #expect(second.statistics.answered == 0, "nothing was analysed a second time")
        }
    }

    /// Ends with the worker gone, so that the lock on its folder is free, as after the end of its process.
    private func runUntilEverythingIsSpooledOrSaved(
        _ antenna: LocalAntennaServer,
        _ held: HeldImages,
        folder: String
    ) async throws -> Int {
        let worker = try await WorkerUnderTest(antenna: antenna) { settings in
            settings.untilEmpty = false
            settings.spoolDirectory = folder
        }
        let running = Task { try await worker.run() }
        try await eventually { antenna.counts().pending == 0 }
        antenna.setFaults(.allCallsFail)
        held.letGo()
        try await eventually { worker.spool.count + antenna.counts().saved >= 8 }
        running.cancel()
        _ = await running.result
        return worker.spool.count
    }
}

extension FaultSettings {
    fileprivate static var allCallsFail: FaultSettings {
        var settings = FaultSettings()
        settings.failRate = 1
        return settings
    }
}

extension ImageFault {
    /// Whether a worker that retries and reads PNG gets a good image after all.
    fileprivate var isCurable: Bool { self == .unavailableOnce || self == .png }
}
