import Broker
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Tools for people at the queues", .serialized, .timeLimit(.minutes(5)))
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
            // One that makes no attempt at all has nothing but dead letters.
            let source = try fixture.taskSource { $0.maximumAttempts = 0 }
            let running = Task { await source.run() }
            try await eventually { source.statistics.deadLettered.value == 4 }
            source.drain()
            await running.value
            // Tasks that end side by side come there in any order; it is the queue's own that is shown.
            var orders: Set<[String?]> = []
            for _ in 0..<2 {
                let letters = try await tools.deadLetters(of: fixture.pipeline, limit: 10)
                orders.insert(letters.map(\.original.messageID))
                #expect(Set(letters.map(\.original.messageID)) == ["0", "1", "2", "3"])
                #expect(
                    letters.allSatisfy {
                        $0.reason == "delivered 0 times without a result" && $0.queue == "\(fixture.tasks)"
                    }
                )
                try await eventually {
                    try await fixture.observer.status(ofQueue: "\(fixture.dead)").messages == 4
                }
            }
            #expect(orders.count == 1)
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

        @Test(
            "A letter that is too large is told of and stays, and those behind it are seen and put back with all they had"
        )
        func tooLarge() async throws {
            let fixture = try await BrokerFixture()
            var configuration = try AMQPConfiguration(url: fixture.url)
            configuration.deliveryLimit = 1_000
            let connection = try await AMQPConnection.patient(configuration, logger: fixture.logger)
            let tools = QueueTools(connection: connection, logger: fixture.logger)
            var letters = ["a", "large", "b", "lost"].map { id in
                AMQPMessage(
                    body: Array(repeating: 1, count: id == "large" ? 1_001 : 10),
                    messageID: id,
                    headers: [
                        "x-antenna-queue": .string(id == "lost" ? "no-such-\(fixture.pipeline)" : "\(fixture.tasks)"),
                        "price": .decimal(scale: 1, unscaled: 15),
                        "long": .string(String(repeating: "l", count: 20_000)),
                    ]
                )
            }
            (letters[2].priority, letters[2].appID, letters[2].contentEncoding) = (4, "app", "gzip")
            letters[2].headers["x-antenna-expiration"] = "3600000"
            for letter in letters { try await fixture.observer.publish(letter, routingKey: "\(fixture.dead)") }
            let seen = try await tools.deadLetters(of: fixture.pipeline, limit: 10)
            #expect(seen.map(\.original.messageID) == ["a", "large", "b", "lost"])
            #expect(seen.map(\.omittedBytes) == [0, 1_001, 0, 0])
            try await eventually {
                try await fixture.observer.status(ofQueue: "\(fixture.dead)").messages == 4
            }
            let report = try await tools.replay(fixture.pipeline)
            #expect(report.replayed == 2 && report.stayed == 2, "\(report)")
            #expect(report.reasons.first?.contains("1001 bytes") == true)
            #expect(report.reasons.last?.contains("no-such") == true)
            let again = try await fixture.takeAll("\(fixture.tasks)").map(\.message)
            #expect(again.map(\.messageID) == ["a", "b"])
            let message = try #require(again.last)
            #expect(message.priority == 4 && message.appID == "app" && message.contentEncoding == "gzip")
            #expect(message.expiration == "3600000" && message.headers["price"] == .decimal(scale: 1, unscaled: 15))
            #expect(message.headers["long"]?.string?.count == 20_000)
            await connection.close()
            try await fixture.discard()
        }
    }
}
