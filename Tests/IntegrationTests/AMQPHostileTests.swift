import Broker
import Concurrency
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Hostile messages and queues on RabbitMQ", .serialized, .timeLimit(.minutes(5)))
    struct AMQPHostileTests {
        private typealias Raw = RawAMQPPublisher

        @Test("Headers of any size, depth and number cost neither the connection nor the tasks behind them")
        func headers() async throws {
            let fixture = try await BrokerFixture()
            let server = try await RabbitMQServer.shared()
            // A connection that is lost is to be lost by a header, and not by a busy machine that is late with heartbeats.
            let source = try fixture.taskSource(heartbeat: .seconds(600))
            // Lists in lists, from the outside: each says how long the rest is.
            var nested: [UInt8] = []
            for level in 0..<20_000 { nested += Array("A".utf8) + Self.big((20_000 - 1 - level) * 5) }
            let death = Raw.long(
                Raw.field("queue", "S", Raw.long(Array("\(fixture.tasks)".utf8)))
                    + Raw.field("reason", "S", Raw.long(Array("rejected".utf8)))
                    + Raw.field("count", "l", [0x40, 0, 0, 0, 0, 0, 0, 0])
            )
            let deaths = Raw.long(Array("F".utf8) + death + Array("F".utf8) + death)
            let bodies = (1...3).map { TaskMessage.encode(fixture.task($0)).body }
            let headers = [
                Raw.field("traceparent", "S", Raw.long([UInt8](repeating: 0x61, count: 120_000))), [1, 0x64] + nested,
                Raw.field("x-death", "A", deaths),
            ]
            try await aside {
                let publisher = try Raw(port: server.port)
                for (body, headers) in zip(bodies, headers) {
                    try publisher.publish(body, to: "\(fixture.tasks)", headers: headers)
                }
                try publisher.close()
            }
            try await fixture.enqueue(4..<5)
            let running = Task { await source.run() }
            for _ in 0..<3 {
                let delivery = try #require(await source.nextDelivery())
                try await delivery.settle(.answered(answer(to: delivery.message.task)))
            }
            try await eventually { source.statistics.deadLettered.value == 1 }
            #expect(source.statistics.redelivered.value == 1, "the connection was not lost")
            source.drain()
            await running.value
            let letters = try await fixture.takeAll("\(fixture.dead)").map(DeadLetter.init)
            #expect(letters.map(\.reason) == ["delivered 2000000000 times without a result"])
            #expect(try await fixture.takeAll(fixture.results).count == 3)
            try await fixture.discard()
        }

        private static func big(_ number: Int) -> [UInt8] {
            (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }

        @Test(
            "A queue of tasks that counts no deliveries, or is never emptied, is refused",
            arguments: ["classic", "stream"]
        )
        func otherKinds(kind: String) async throws {
            let fixture = try await BrokerFixture()
            try await fixture.observer.delete(queue: "\(fixture.tasks)")
            try await fixture.observer.declare(
                .queue(name: "\(fixture.tasks)", arguments: ["x-queue-type": .string(kind)])
            )
            let log = CapturedLog()
            let source = try fixture.taskSource(logger: log.logger)
            let running = Task { await source.run() }
            try await eventually { log.warnings.contains { $0.contains("is no quorum queue") } }
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").consumers == 0)
            source.drain()
            await running.value
            try await fixture.discard()
        }

        @Test("A broker that takes smaller messages than we send says so once, and its refusal is that of one message")
        func brokerLimit() async throws {
            let broker = try await RabbitMQServer(configuration: ["max_message_size = 100000"])
            let fixture = try await BrokerFixture(broker: broker)
            func send(_ bytes: Int) async -> TransportError? {
                do throws(TransportError) {
                    try await fixture.observer.publish(
                        AMQPMessage(body: [UInt8](repeating: 0x20, count: bytes)),
                        routingKey: fixture.results
                    )
                    return nil
                } catch {
                    return error
                }
            }
            async let small = withTaskGroup(of: TransportError?.self) { group in
                for _ in 0..<50 { group.addTask { await send(10) } }
                return await group.reduce(into: [TransportError?]()) { $0.append($1) }
            }
            let large = await send(200_000)
            #expect(large?.code == .tooLarge && large?.message.contains("100000") == true)
            // Those on the channel that it cost may be tried again.
            #expect(await small.allSatisfy { $0?.isRetriable ?? true })
            let again = await send(100_001)
            #expect(again?.code == .tooLarge && again?.nativeCode == nil, "it is not sent any more")
            #expect(await send(100_000) == nil)
            try await fixture.discard()
            try await broker.discard()
        }

        @Test("Sixty results that no queue takes do not stop the five behind them, and become dead letters")
        func unroutable() async throws {
            let fixture = try await BrokerFixture()
            for id in 1...65 {
                var task = fixture.task(id)
                if id <= 60 { task.replySubject = "nobody-\(fixture.pipeline)" }
                try await fixture.observer.publish(TaskMessage.encode(task), routingKey: "\(fixture.tasks)")
            }
            let clock = ForwardedClock()
            let source = try fixture.taskSource(clock: WaitClock(clock)) { $0.prefetch = 4 }
            let running = Task { await source.run() }
            let working = Task {
                // As many as a worker has places.
                await withDiscardingTaskGroup { group in
                    for _ in 0..<2 {
                        group.addTask {
                            while let delivery = await source.nextDelivery() {
                                try? await delivery.settle(.answered(answer(to: delivery.message.task)))
                            }
                        }
                    }
                }
            }
            try await eventually { source.statistics.answered.value == 5 && source.held == 60 }
            #expect(source.resultProblem?.contains("nobody") == true && source.statistics.deadLettered.value == 0)
            clock.advance(by: .seconds(300))
            // Counted when its letter is out, and held until its delivery is settled.
            try await eventually { source.statistics.deadLettered.value == 60 && source.held == 0 }
            #expect(source.resultProblem == nil)
            source.drain()
            await running.value
            await working.value
            let letters = try await fixture.takeAll("\(fixture.dead)").map(DeadLetter.init)
            #expect(letters.count == 60 && letters.allSatisfy { $0.reason.contains("no queue took its result") })
            try await fixture.discard()
        }

        @Test("A held result survives the loss of its connection three times, and goes out once")
        func heldThroughLosses() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await BrokerFixture(broker: broker)
            var task = fixture.task(1)
            task.replySubject = "later-\(fixture.pipeline)"
            try await fixture.observer.publish(TaskMessage.encode(task), routingKey: "\(fixture.tasks)")
            let source = try fixture.taskSource { $0.maximumAttempts = 2 }
            let running = Task { await source.run() }
            let delivery = try #require(await source.nextDelivery())
            try await delivery.settle(.answered(answer(to: task)))
            for loss in 1...3 {
                try await broker.control("close_all_connections", "test")
                try await eventually { source.statistics.redelivered.value >= loss }
            }
            try await eventually {
                do throws(TransportError) {
                    try await fixture.observer.declare(
                        .queue(name: task.replySubject, arguments: ["x-queue-type": "quorum"])
                    )
                    return true
                } catch {
                    return false
                }
            }
            try await eventually { source.statistics.answered.value == 1 && source.outstanding == 0 }
            source.drain()
            await running.value
            #expect(try await fixture.takeAll(task.replySubject).count == 1)
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 0)
            #expect(source.statistics.deadLettered.value == 0)
            try await fixture.discard()
            try await broker.discard()
        }
    }
}
