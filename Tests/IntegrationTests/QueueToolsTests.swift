import Pipeline
import Testing
import Transport

extension BrokerTests {
    @Suite("Tools for people at the queues", .serialized, .timeLimit(.minutes(2)))
    struct QueueToolsTests {
        @Test("Tasks are put in with a confirm each; one that reaches no queue is told by name")
        func enqueue() async throws {
            let fixture = try await BrokerFixture()
            let tools = QueueTools(connection: fixture.observer, logger: fixture.logger)
            var tasks = (0..<50).map { fixture.task($0) }
            tasks[20].pipeline = "no-such-\(fixture.pipeline)"
            let (stream, feed) = AsyncStream.makeStream(of: ImageTask.self)
            for task in tasks { feed.yield(task) }
            feed.finish()
            let report = try await tools.enqueue(stream, inFlight: 8)
            #expect(report.confirmed == 49 && report.failed == 1)
            #expect(report.failures.first?.contains("task 20") == true)
            let reports = try await tools.status(of: [fixture.pipeline, tasks[20].pipeline])
            #expect(reports.first { $0.queue == fixture.tasks }?.status?.messages == 49)
            #expect(reports.filter { $0.queue.pipeline == tasks[20].pipeline }.allSatisfy { $0.status == nil })
            try await fixture.discard()
        }

        @Test("Dead letters are shown in order and stay, are tasks again after a replay, or are dropped")
        func deadLetters() async throws {
            let fixture = try await BrokerFixture()
            let tools = QueueTools(connection: fixture.observer, logger: fixture.logger)
            try await fixture.enqueue(0..<4)
            let queue = try fixture.taskQueue()
            let running = Task { await queue.run() }
            for _ in 0..<4 { try await queue.next()?.settle(.rejected(reason: "because")) }
            queue.drain()
            await running.value
            for _ in 0..<2 {
                let letters = try await tools.deadLetters(of: fixture.pipeline, limit: 10)
                #expect(letters.map(\.original.messageID) == ["0", "1", "2", "3"])
                #expect(letters.allSatisfy { $0.reason == "because" && $0.queue == "\(fixture.tasks)" })
                try await eventually {
                    try await fixture.observer.status(ofQueue: "\(fixture.dead)").messages == 4
                }
            }
            #expect(try await tools.deadLetters(of: fixture.pipeline, limit: 1).count == 1)
            #expect(try await tools.replay(fixture.pipeline, limit: 2).replayed == 2)
            let again = try await fixture.takeAll("\(fixture.tasks)")
            #expect(again.count == 2)
            for message in again.map(\.message) {
                let task = fixture.task(try #require(message.messageID.flatMap { Int($0) }))
                #expect(message.body == TaskMessage.encode(task).body)
                // The broker's own count begins anew.
                #expect(message.headers.filter { $0.key != "x-delivery-count" || $0.value != 0 }.isEmpty)
            }
            #expect(try await tools.drop(fixture.pipeline, limit: 1) == 1)
            #expect(try await tools.drop(fixture.pipeline) == 1)
            try await fixture.discard()
        }
    }
}
