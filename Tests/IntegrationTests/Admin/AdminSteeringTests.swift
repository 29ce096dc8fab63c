import Foundation
import Synchronization
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("How a worker is steered from outside", .serialized, .timeLimit(.minutes(5)))
    struct AdminSteeringTests {
        @Test("SIGUSR1 finishes what is in hand and takes nothing more; the next one goes on, and nothing is lost")
        func pause() async throws {
            let fixture = try await FleetFixture(images: 35)
            let worker = try AdminWorker(fixture)
            let tasks = "\(fixture.broker.tasks)"
            var ledger = ResultLedger()
            try await worker.whileRunning {
                try await worker.ready()
                try await fixture.enqueue(1...30)
                try await eventually {
                    try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    return ledger.results.count >= 3
                }
                worker.process.child.send(signal: SIGUSR1)
                try await eventually {
                    let page = try await worker.metrics()
                    return page.value("antenna_worker_paused") == 1
                        && page.value("antenna_worker_broker_deliveries") == 0
                }
                try await eventually { try await fixture.broker.observer.status(ofQueue: tasks).consumers == 0 }
                try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                let done = ledger.results.count
                // Nobody consumes any more, so what is not done waits, and so does what comes now.
                try await fixture.enqueue(31...35)
                try await eventually { try await fixture.broker.waitingCount() == 35 - done }
                #expect(try await worker.metrics().sum("antenna_worker_tasks_total") == Double(done))
                // Somebody wants it so.
                try await worker.ready()
                worker.process.child.send(signal: SIGUSR1)
                try await eventually {
                    try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    return ledger.results.count == 35
                }
                #expect(try await worker.metrics().value("antenna_worker_paused") == 0)
                // A pause does not keep a worker from ending.
                worker.process.child.send(signal: SIGUSR1)
                await worker.stop()
            }
            #expect(Set(ledger.results.keys) == ids(1...35))
            #expect(ledger.duplicates == 0 && ledger.failed == [])
            try await fixture.discard()
        }

        @Test("A worker that has grown beyond --max-rss finishes what it has in hand and ends with 0; nothing is lost")
        func grown() async throws {
            let fixture = try await FleetFixture(images: 40, sources: [try TestSheet.largeSource()])
            let small = try AdminWorker(fixture)
            let atRest = try await small.whileRunning {
                try await small.ready()
                let bytes = try await small.metrics().value("process_resident_memory_bytes")
                await small.stop()
                return try #require(bytes)
            }
            try await fixture.enqueue(1...40)
            // One image more than a worker without work.
            let worker = try AdminWorker(
                fixture,
                arguments: ["--prefetch", "3", "--max-rss", "\(Int(atRest) + 72_000_000)"]
            )
            await worker.process.child.waitForExit()
            #expect(worker.process.child.exitStatus == 0, "\(worker.process.said)")
            #expect(worker.process.said.contains("--max-rss"), "\(worker.process.said)")
            var ledger = ResultLedger()
            try await ledger.take(from: fixture.broker.results, of: fixture.broker)
            #expect((1..<40).contains(ledger.results.count), "it ended in the middle")
            #expect(ledger.duplicates == 0 && ledger.failed == [])
            #expect(try await fixture.broker.waitingCount() == 40 - ledger.results.count)

            // A limit below what it needs at all: it takes nothing, and says why.
            let hopeless = try AdminWorker(fixture, arguments: ["--max-rss", "1MiB"])
            await hopeless.process.child.waitForExit()
            #expect(hopeless.process.child.exitStatus == 0, "\(hopeless.process.said)")
            #expect(hopeless.process.said.contains("--max-rss"))
            #expect(try await fixture.broker.waitingCount() == 40 - ledger.results.count)
            try await fixture.discard()
        }

        @Test("Of two workers with the same admin port the second says so and works; systemd hears of both")
        func samePort() async throws {
            let fixture = try await FleetFixture(images: 4)
            let names = (0..<2).map { _ in "@antenna-worker-\(UUID().uuidString)" }
            let ears = try Ears(names)
            func environment(_ index: Int) -> [String: String] {
                ["NOTIFY_SOCKET": names[index], "WATCHDOG_USEC": "3000000"]
            }
            let listening = Task { await ears.listen() }
            defer { listening.cancel() }
            let first = try AdminWorker(fixture, environment: environment(0))
            try await first.whileRunning {
                try await first.ready()
                let page = try first.client.events("/events")
                _ = try #require(await page.next("snapshot"))
                let second = try AdminWorker(fixture, port: first.port, environment: environment(1))
                try await second.whileRunning {
                    try await eventually {
                        ears.heard().allSatisfy {
                            $0.contains("READY=1") && $0.count { $0 == "WATCHDOG=1" } >= 3
                        }
                    }
                    let warnings = second.process.said.split(separator: "\n").filter { $0.contains("--admin-port") }
                    #expect(warnings.count == 1 && warnings[0].contains("127.0.0.1:\(first.port)"))
                    #expect(warnings.first?.contains("\"level\":\"warning\"") == true, "JSON where no terminal is")
                    // With the first one paused the second does it all.
                    let tasks = "\(fixture.broker.tasks)"
                    try await eventually { try await fixture.broker.observer.status(ofQueue: tasks).consumers == 2 }
                    first.process.child.send(signal: SIGUSR1)
                    try await eventually { try await fixture.broker.observer.status(ofQueue: tasks).consumers == 1 }
                    try await fixture.enqueue(1...4)
                    let results = try await fixture.broker.take(4, from: fixture.broker.results)
                    #expect(Set(results.compactMap(\.message.messageID)) == ids(1...4))
                    #expect(try await first.metrics().sum("antenna_worker_tasks_total") == 0)
                    await second.stop()
                }
                // A page that is open keeps no worker from ending, and hears of it.
                await first.stop()
                #expect(await page.next("never") == nil)
            }
            for said in ears.heard() {
                #expect(said.first { $0 != "WATCHDOG=1" } == "READY=1")
                #expect(said.filter { $0 != "WATCHDOG=1" } == ["READY=1", "STOPPING=1"], "\(said)")
            }
            try await fixture.discard()
        }
    }
}

/// What systemd would hear of several workers.
private final class Ears: Sendable {
    private let sockets: [DatagramSocket]
    private let messages: Mutex<[[String]]>

    init(_ names: [String]) throws {
        sockets = try names.map { try DatagramSocket($0) }
        messages = Mutex(names.map { _ in [] })
    }

    /// Until the task is cancelled: a socket of which nobody reads is full after ten words, and the next ones are lost.
    func listen() async {
        while !Task.isCancelled {
            _ = heard()
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// All that was said so far, in the order of the names.
    func heard() -> [[String]] {
        messages.withLock { messages in
            for (index, socket) in sockets.enumerated() { messages[index] += socket.takeAll() }
            return messages
        }
    }
}
