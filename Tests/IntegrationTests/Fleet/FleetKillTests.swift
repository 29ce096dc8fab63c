import Antenna
import Broker
import Foundation
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("A fleet whose workers die", .serialized, .timeLimit(.minutes(5)))
    struct FleetKillTests {
        @Test("2,000 tasks, four workers, one killed every four hundred: none lost, duplicates few and identical")
        func killed() async throws {
            let fixture = try await FleetFixture(images: 2_000)
            let scratch = try PackagePaths.scratch("killed")
            var plan = fixture.plan
            plan.imageMilliseconds = 25
            try await fixture.enqueue(1...2_000)
            var workers = try (0..<4).map { _ in try WorkerChild(plan, scratch: scratch) }
            var kills = 0
            var ledger = ResultLedger()
            while ledger.results.count < 2_000 {
                let areRunning = workers.allSatisfy(\.process.isRunning)
                try #require(areRunning, "none ends by itself")
                // Reading results takes longer than making them: those count that are not read yet.
                let waiting = try await fixture.broker.observer.status(ofQueue: fixture.broker.results).messages
                if kills < 4, ledger.results.count + waiting >= (kills + 1) * 400 {
                    workers[kills % 4].process.send(signal: SIGKILL)
                    await workers[kills % 4].process.waitForExit()
                    workers[kills % 4] = try WorkerChild(plan, scratch: scratch)
                    kills += 1
                }
                try await ledger.take(from: fixture.broker.results, of: fixture.broker, atMost: 50)
            }
            for worker in workers {
                worker.process.send(signal: SIGKILL)
                await worker.process.waitForExit()
                kills += 1
            }
            // What was published and not acknowledged at a kill is redelivered and answered again.
            ledger = try await finish(fixture, count: 2_000, ledger)
            #expect(kills == 8)
            #expect(Set(ledger.results.keys) == ids(1...2_000))
            #expect(try await fixture.broker.deadLetterCount() == 0)
            #expect(ledger.duplicates <= kills * plan.prefetch, "\(ledger.duplicates) duplicates of \(kills) kills")
            #expect(ledger.inconsistent == [] && ledger.failed == [])
            try await fixture.discard()
        }

        @Test("A worker that ends at any point of a task's way loses nothing", arguments: CrashPoint.allCases)
        func crashed(at point: CrashPoint) async throws {
            let fixture = try await FleetFixture(images: 24)
            let scratch = try PackagePaths.scratch("crashed")
            try await fixture.enqueue(1...24)
            let child = try WorkerChild(fixture.plan, crash: point, scratch: scratch)
            await child.process.waitForExit()
            #expect(child.process.exitStatus == WorkerChild.crashStatus)
            let ledger = try await finish(fixture, count: 24)
            #expect(Set(ledger.results.keys) == ids(1...24))
            #expect(ledger.duplicates <= fixture.plan.prefetch)
            #expect(ledger.inconsistent == [] && ledger.failed == [])
            try await fixture.discard()
        }

        @Test("A worker that is killed with results published and not confirmed loses nothing")
        func killedBeforeConfirms() async throws {
            let server = try await RabbitMQServer.shared()
            let fixture = try await FleetFixture(images: 200)
            let scratch = try PackagePaths.scratch("unconfirmed")
            let proxy = try TCPProxy(to: server.port)
            var plan = fixture.plan
            plan.brokerURL = server.url.replacing(":\(server.port)/", with: ":\(proxy.port)/")
            // Most of a minute's work, so that there is some left whenever the first result is seen.
            plan.imageMilliseconds = 250
            let child = try WorkerChild(plan, scratch: scratch)
            try await eventually {
                try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.tasks)").consumers == 1
            }
            try await fixture.enqueue(1...200)
            var ledger = ResultLedger()
            try await eventually {
                try #require(child.process.isRunning)
                try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                return !ledger.results.isEmpty
            }
            // From here on the worker publishes and hears nothing.
            proxy.holdAnswers()
            let heard = ledger.results.count
            try await eventually {
                try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                return ledger.results.count > heard
            }
            child.process.send(signal: SIGKILL)
            await child.process.waitForExit()
            proxy.stop()
            ledger = try await finish(fixture, count: 200, ledger)
            #expect(Set(ledger.results.keys) == ids(1...200))
            #expect(ledger.duplicates >= 1 && ledger.duplicates <= plan.prefetch)
            #expect(ledger.inconsistent == [] && ledger.failed == [])
            try await fixture.discard()
        }

        /// Has a worker that does not die answer what is left.
        private func finish(
            _ fixture: FleetFixture,
            count: Int,
            _ begun: ResultLedger = ResultLedger()
        ) async throws -> ResultLedger {
            var ledger = begun
            repeat {
                let worker = try FleetWorker(fixture.plan)
                let running = Task { try await worker.run() }
                try await eventually {
                    try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    guard ledger.results.count == count else { return false }
                    return try await fixture.broker.waitingCount() == 0
                }
                worker.source.drain()
                try await running.value
                try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                // Only now, with nobody consuming, is what waits all there is.
            } while try await fixture.broker.waitingCount() > 0
            return ledger
        }
    }
}

extension BrokerFixture {
    /// Tasks in the queue that are in nobody's hand.
    func waitingCount() async throws -> Int {
        try await observer.status(ofQueue: "\(tasks)").messages
    }

    /// Messages in the dead letters.
    func deadLetterCount() async throws -> Int {
        try await observer.status(ofQueue: "\(dead)").messages
    }
}
