import Concurrency
import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Antenna

/// Results that neither the server nor the disk takes.
@Suite(.timeLimit(.minutes(5))) struct FullDiskTests {
    private let folder = TemporaryFolder()

    /// A spool on a disk without room.
    private func fullDisk() async throws -> Spool {
        try await Spool.open(
            directory: folder.path,
            address: AntennaAddress("http://antenna.test"),
            maximumBytes: 1 << 20,
            maximumEntries: 10,
            logger: quiet
        ) { _, name, _ throws(SpoolError) in
            throw SpoolError(errno: ENOSPC, operation: "spool.write", path: name)
        }
    }

    @Test func whenNeitherServerNorDiskTakesAResultItWaitsAndNothingMoreIsReserved() async throws {
        let isUp = Mutex(false)
        let server = ScriptedServer { _ in isUp.withLock { $0 } ? .taken : .json("", status: 500) }
        let spool = try await fullDisk()
        let clock = TestClock()
        let poster = ResultPoster(client: try makeClient(server), spool: spool, clock: WaitClock(clock), logger: quiet)
        let delivery = Task { try await poster.deliver(outgoing(1)) }
        // Two quick retries, then the wait of a result without a place.
        for _ in 0..<2 {
            await clock.sleepers()
            #expect(!poster.outlook.isBackedUp)
            clock.advanceToNextSleeper()
        }
        await clock.sleepers()
        #expect(poster.outlook.isBackedUp)
        #expect(poster.problem?.contains("No space left on device") == true)
        isUp.withLock { $0 = true }
        clock.advanceToNextSleeper()
        try await delivery.value
        #expect(!poster.outlook.isBackedUp)
        #expect(poster.problem == nil)
        #expect(ResultCounts(poster) == ResultCounts(posted: 1))
    }

    @Test func aResultWithoutAPlaceIsGivenUpWhenItsWorkerIs() async throws {
        let server = ScriptedServer { _ in .json("", status: 500) }
        let spool = try await fullDisk()
        let clock = TestClock()
        let poster = ResultPoster(client: try makeClient(server), spool: spool, clock: WaitClock(clock), logger: quiet)
        let running = Task { await poster.run() }
        // As a worker does it: in a task of its own, which nobody cancels.
        let delivery = Task { try await poster.deliver(outgoing(1)) }
        for _ in 0..<2 {
            await clock.sleepers()
            clock.advanceToNextSleeper()
        }
        try await eventually { poster.outlook.isBackedUp }
        running.cancel()
        await running.value
        let outcome = await delivery.result
        #expect(throws: CancellationError.self) { try outcome.get() }
    }

    @Test func resultsWithoutAPlaceAreCountedAtEveryAttemptAndToldOnceAMinute() async throws {
        let clock = JumpingClock()
        let log = CapturedLog()
        let server = ScriptedServer { _ in clock.now.offset < .seconds(50) ? .json("", status: 500) : .taken }
        let spool = try await fullDisk()
        let poster = ResultPoster(
            client: try makeClient(server),
            spool: spool,
            clock: WaitClock(clock),
            generator: SeededGenerator(seed: 3),
            logger: log.logger
        )
        try await withThrowingTaskGroup { group in
            for id in 1...3 { group.addTask { try await poster.deliver(outgoing(id)) } }
            try await group.waitForAll()
        }
        #expect(poster.statistics.diskFull.value >= 6)
        // A delivery that had no turn for long has its first attempt when the others have moved the clock beyond a minute.
        let minutes = Int(clock.now.offset / .seconds(60))
        let told = log.warnings.count { $0.contains("neither be posted nor kept on disk") }
        #expect((1...1 + minutes).contains(told))
    }
}
