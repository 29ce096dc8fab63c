import Concurrency
import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Transport

extension ServerTests {
    /// What brokers and networks do to a connection, with a real broker.
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct AMQPFailureTests {
        private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

        private func connection(
            _ broker: RabbitMQServer,
            port: UInt16? = nil,
            _ adjust: (inout AMQPConfiguration) -> Void = { _ in }
        ) async throws -> AMQPConnection {
            var configuration = try AMQPConfiguration(url: "amqp://guest:guest@127.0.0.1:\(port ?? broker.port)/")
            adjust(&configuration)
            return try await AMQPConnection.patient(
                configuration,
                backoff: Backoff(first: .milliseconds(100), most: .milliseconds(500), jitter: 0.1...1),
                logger: logger
            )
        }

        private func name() -> String { "test-\(UUID().uuidString)" }

        private func code(_ body: () async throws -> Void) async -> TransportError.Code? {
            do {
                try await body()
                return nil
            } catch {
                return (error as? TransportError)?.code
            }
        }

        @Test("A full queue nacks, and those that fit are confirmed")
        func nacked() async throws {
            let connection = try await connection(try await RabbitMQServer.shared())
            let queue = name()
            try await connection.declare(
                .queue(name: queue, arguments: ["x-max-length": 3, "x-overflow": "reject-publish"])
            )
            var codes: [TransportError.Code?] = []
            for _ in 0..<5 {
                codes.append(await code { try await connection.publish(AMQPMessage(body: [1]), routingKey: queue) })
            }
            #expect(codes == [nil, nil, nil, .nacked, .nacked])
            try await connection.delete(queue: queue)
            await connection.close()
        }

        @Test("Refused requests leave consumers, publishes and the connection alone")
        func refusals() async throws {
            let connection = try await connection(try await RabbitMQServer.shared())
            let queue = name()
            try await connection.declare(.queue(name: queue))
            let consumer = try await connection.consume(queue: queue, prefetch: 1)
            #expect(await code { _ = try await connection.status(ofQueue: name()) } == .notFound)
            let other = AMQPDeclaration.queue(name: queue, durable: false)
            #expect(await code { try await connection.declare(other) } == .preconditionFailed)
            #expect(await code { _ = try await connection.get(queue: name()) } == .notFound)
            #expect(await code { _ = try await connection.consume(queue: name(), prefetch: 1) } == .notFound)
            let lost = await code {
                try await connection.publish(AMQPMessage(body: [1]), exchange: name(), routingKey: "x")
            }
            #expect(lost == .notFound)
            try await connection.publish(AMQPMessage(body: [2]), routingKey: queue)
            let delivery = try #require(try await consumer.makeAsyncIterator().next())
            #expect(delivery.message.body == [2] && connection.ack(delivery) == .accepted)
            try await connection.delete(queue: queue)
            await connection.close()
        }

        @Test("A consumer whose queue is deleted hears so")
        func cancelledByBroker() async throws {
            let broker = try await RabbitMQServer.shared()
            let connection = try await connection(broker)
            let other = try await self.connection(broker)
            let queue = name()
            try await connection.declare(.queue(name: queue))
            let consumer = try await connection.consume(queue: queue, prefetch: 1)
            try await other.delete(queue: queue)
            let failure = await code { _ = try await consumer.makeAsyncIterator().next() }
            #expect(failure == .notFound)
            await other.close()
            await connection.close()
        }

        @Test("Prefetch bounds what is in hand; what is given back comes again, what is rejected is a dead letter")
        func settlements() async throws {
            let connection = try await connection(try await RabbitMQServer.shared())
            let (queue, dead) = (name(), name())
            try await connection.declare(.queue(name: dead))
            try await connection.declare(
                .queue(
                    name: queue,
                    arguments: [
                        "x-queue-type": "quorum", "x-dead-letter-exchange": "",
                        "x-dead-letter-routing-key": .string(dead),
                    ]
                )
            )
            for number in 0..<5 as Range<UInt8> {
                try await connection.publish(AMQPMessage(body: [number]), routingKey: queue)
            }
            let consumer = try await connection.consume(queue: queue, prefetch: 2)
            let deliveries = consumer.makeAsyncIterator()
            let first = try #require(try await deliveries.next())
            let second = try #require(try await deliveries.next())
            #expect(try await connection.status(ofQueue: queue).messages == 3)
            #expect(connection.nack(first, requeue: false) == .accepted)
            try await eventually { try await connection.status(ofQueue: dead).messages == 1 }
            let fetched = try #require(try await connection.get(queue: dead))
            #expect(fetched.remaining == 0 && fetched.delivery.message.body == [0])
            let death = fetched.delivery.deaths.first
            #expect(death?.reason == "rejected" && death?.queue == queue && death?.count == 1)
            #expect(connection.ack(fetched.delivery) == .accepted)
            try await connection.cancel(consumer)
            #expect(connection.nack(second, requeue: true) == .accepted)
            try await eventually { try await connection.status(ofQueue: queue).messages == 4 }
            #expect(try await connection.get(queue: dead) == nil)
            for queue in [queue, dead] { try await connection.delete(queue: queue) }
            await connection.close()
        }

        @Test("Ten thousand confirms in flight, and bodies of megabytes among them")
        func many() async throws {
            let connection = try await connection(try await RabbitMQServer.shared()) { $0.publishWindow = 10_000 }
            let queue = name()
            try await connection.declare(.queue(name: queue, durable: false))
            let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        let body = number % 5000 == 17 ? large : [UInt8(number & 255)]
                        try await connection.publish(AMQPMessage(body: body, messageID: "\(number)"), routingKey: queue)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await connection.status(ofQueue: queue).messages == 10_000)
            let consumer = try await connection.consume(queue: queue, prefetch: 500)
            var seen = Set<String>()
            for try await delivery in consumer {
                seen.insert(delivery.message.messageID ?? "")
                if delivery.message.body.count > 1 { #expect(delivery.message.body == large) }
                connection.ack(delivery)
                if seen.count == 10_000 { break }
            }
            try await connection.delete(queue: queue)
            await connection.close()
        }

        @Test("A frozen link is found within two heartbeats, deliveries are stale and come again")
        func halfOpen() async throws {
            let broker = try await RabbitMQServer.shared()
            let proxy = try TCPProxy(to: broker.port)
            let connection = try await connection(broker, port: proxy.port) { $0.heartbeat = .seconds(1) }
            let queue = name()
            try await connection.declare(.queue(name: queue))
            try await connection.publish(AMQPMessage(body: [7]), routingKey: queue)
            let consumer = try await connection.consume(queue: queue, prefetch: 1)
            let deliveries = consumer.makeAsyncIterator()
            let delivery = try #require(try await deliveries.next())
            // Idle for longer than two intervals: only heartbeats keep it alive. Where the machine stood still for as long, once more.
            try await eventually {
                let losses = connection.losses
                try await Task.sleep(for: .milliseconds(2500))
                if case .connected = connection.state { return connection.losses == losses }
                return false
            }
            proxy.freeze()
            let taken = try await turns(atMost: 100) {
                guard case .reconnecting(let error) = connection.state else { return false }
                #expect(error.isRetriable)
                return true
            }
            #expect(taken < 40)
            proxy.thaw()
            // Until one stays for long enough to be acknowledged.
            var outcome: AMQPSettlementOutcome
            repeat {
                let again = try #require(try await deliveries.next())
                #expect(again.message.body == [7] && again.isRedelivered && again.epoch != delivery.epoch)
                #expect(connection.ack(delivery) == .stale)
                outcome = connection.ack(again)
            } while outcome == .stale
            #expect(outcome == .accepted)
            try await connection.delete(queue: queue)
            await connection.close()
            proxy.stop()
        }

        @Test("Under a memory alarm publishes wait, can be cancelled, and go on afterwards; consuming goes on")
        func alarm() async throws {
            let broker = try await RabbitMQServer()
            let publisher = try await connection(broker) {
                $0.publishWindow = 50
                // Short, so that the alarm lasts longer than silence may; and longer than a busy machine stands still.
                $0.heartbeat = .seconds(4)
            }
            let reader = try await connection(broker)
            let queue = name()
            try await publisher.declare(.queue(name: queue))
            try await publisher.publish(AMQPMessage(body: [0]), routingKey: queue)
            try await broker.control("set_vm_memory_high_watermark", "absolute", "1024")
            let body = [UInt8](repeating: 1, count: 100_000)
            let confirmed = try await withThrowingTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        await code { try await publisher.publish(AMQPMessage(body: body), routingKey: queue) }
                    }
                }
                for await state in publisher.states() {
                    if case .blocked = state { break }
                }
                let cancelled = Task {
                    await code { try await publisher.publish(AMQPMessage(body: body), routingKey: queue) }
                }
                cancelled.cancel()
                #expect(await cancelled.value == .cancelled)
                let delivery = try await reader.get(queue: queue)
                #expect(delivery?.delivery.message.body == [0])
                try await Task.sleep(for: .seconds(9))
                try await broker.control("set_vm_memory_high_watermark", "0.8")
                return try await group.reduce(into: 0) { $0 += $1 == nil ? 1 : 0 }
            }
            #expect(confirmed == 200)
            guard case .connected = publisher.state else {
                Issue.record("the connection did not outlive the alarm: \(publisher.state)")
                return
            }
            await reader.close()
            await publisher.close()
            try await broker.discard()
        }

        @Test("After the broker was stopped and started again, declarations and consumers come back by themselves")
        func restarted() async throws {
            let broker = try await RabbitMQServer()
            let connection = try await connection(broker)
            let (queue, passing) = (name(), name())
            try await connection.declare(.queue(name: queue))
            try await connection.declare(.queue(name: passing, durable: false))
            let consumer = try await connection.consume(queue: queue, prefetch: 3)
            let other = try await connection.consume(queue: passing, prefetch: 3)
            let deliveries = consumer.makeAsyncIterator()
            try await connection.publish(AMQPMessage(body: [1]), routingKey: queue)

            let before = try #require(try await deliveries.next())
            // Not killed: RabbitMQ 3.10 can lose a queue that was declared just before it dies.
            try await broker.stop()
            try await broker.start()

            let again = try #require(try await deliveries.next())

            #expect(again.message.body == [1] && connection.ack(before) == .stale)
            #expect(connection.ack(again) == .accepted)

            try await connection.publish(AMQPMessage(body: [2]), routingKey: passing)

            #expect(try await other.makeAsyncIterator().next()?.message.body == [2])
            await connection.close()
            try await broker.discard()
        }
    }
}
