import Foundation
import LocalAntenna
import TestSupport
import Testing
import WorkerTestSupport

@Suite("The worker as a process", .serialized, .timeLimit(.minutes(5)))
struct WorkerProcessTests {
    @Test func killedAndRestartedInMidJobItLosesNothing() async throws {
        // Some cannot be done before the last worker is dead.
        let held = try HeldImages()
        try await withLocalAntenna { configuration in
            configuration.lease = .seconds(5)
            configuration.maxDeliver = 1_000
            let sheets = try TestSheet.sources(3)
            let images = (0..<77).map { sheets[$0 % 3] } + held.sources(3)
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: images)]
        } body: { antenna in
            let scratch = try PackagePaths.scratch("killed")
            for goal in [5, 20, 40] {
                let worker = try RunningProgram(antenna: antenna, scratch: scratch, arguments: ["--lease", "5"])
                try await eventually { antenna.counts().saved >= goal || !worker.child.isRunning }
                worker.child.send(signal: SIGKILL)
                await worker.child.waitForExit()
            }
            #expect(antenna.counts().saved < 80, "the job was not over when the last one was killed")
            held.letGo()
            let last = try RunningProgram(antenna: antenna, scratch: scratch, arguments: ["--lease", "5"])
            try await eventually { antenna.isSettled || !last.child.isRunning }
            last.child.send(signal: SIGTERM)
            await last.child.waitForExit()
            #expect(last.child.exitStatus == 0, "\(last.said)")
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
        }
    }

    @Test func aSignalDrainsWhatIsInHandAndEndsWithZero() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(3), count: 500)]
        } body: { antenna in
            let worker = try RunningProgram(antenna: antenna, scratch: try PackagePaths.scratch("drained"))
            try await eventually { antenna.counts().saved >= 10 || !worker.child.isRunning }
            worker.child.send(signal: SIGTERM)
            await worker.child.waitForExit()
            let counts = antenna.counts()
            #expect(worker.child.exitStatus == 0, "\(worker.said)")
            #expect(counts.reserved == 0, "everything reserved was finished: \(counts)")
            #expect(counts.saved < 500, "nothing more was reserved: \(counts)")
        }
    }

    @Test func aSecondSignalStopsAtOnce() async throws {
        try await withLocalAntenna { configuration in
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: [.fault(.hang), .fault(.hang)])]
        } body: { antenna in
            let worker = try RunningProgram(antenna: antenna, scratch: try PackagePaths.scratch("stopped"))
            try await eventually { antenna.counts().reserved >= 2 || !worker.child.isRunning }
            worker.child.send(signal: SIGINT)
            try await eventually { worker.said.contains("Draining") || !worker.child.isRunning }
            worker.child.send(signal: SIGINT)
            await worker.child.waitForExit()
            #expect(worker.child.exitStatus == 130, "\(worker.said)")
        }
    }

    @Test func wrongSettingsAreAllNamedAndEndWithTwo() async throws {
        let scratch = try PackagePaths.scratch("wrong")
        let worker = try RunningProgram(
            ["run", "--device", "toaster", "--image-timeout", "soon", "--base-url", "gopher://x"],
            scratch: scratch
        )
        await worker.child.waitForExit()
        #expect(worker.child.exitStatus == 2)
        for name in ["toaster", "soon", "gopher"] {
            #expect(worker.said.contains(name), "\(worker.said)")
        }
    }
}
