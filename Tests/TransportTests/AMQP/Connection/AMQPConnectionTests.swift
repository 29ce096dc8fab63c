import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Transport

/// Against a real broker. Suites with servers run one after the other inside ``ServerTests``.
extension ServerTests {
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct AMQPConnectionTests {
        let logger = Logger(label: "test")

        func connection(
            _ url: String? = nil,
            _ adjust: (inout AMQPConfiguration) -> Void = { _ in }
        ) async throws -> AMQPConnection {
            let broker = try await RabbitMQServer.shared()
            var configuration = try AMQPConfiguration(url: url ?? broker.url)
            adjust(&configuration)
            return try await AMQPConnection.patient(configuration, logger: logger)
        }

        func queue(_ arguments: [String: AMQPValue] = [:], on connection: AMQPConnection) async throws -> String {
            let name = "test-\(UUID().uuidString)"
            try await connection.declare(.queue(name: name, arguments: arguments))
            return name
        }

        @Test("A published message is confirmed, delivered with its properties and gone once acknowledged")
        func roundTrip() async throws {
            let connection = try await connection()
            let queue = try await queue(["x-queue-type": "quorum"], on: connection)
            let message = AMQPMessage(
                body: Array("{\"id\": \"7\"}".utf8),
                messageID: "7",
                correlationID: "c",
                contentType: "application/json",
                replyTo: "r",
                headers: [
                    "text": "t", "number": -3, "flag": true, "list": .array([1, "two"]), "table": .table(["a": .null]),
                ]
            )
            try await connection.publish(message, routingKey: queue)
            #expect(try await connection.status(ofQueue: queue).messages == 1)
            let consumer = try await connection.consume(queue: queue, prefetch: 5)
            let deliveries = consumer.makeAsyncIterator()
            let delivery = try #require(try await deliveries.next())
            var received = delivery.message
            // A quorum queue of some versions adds its own header.
            received.headers["x-delivery-count"] = nil
            #expect(received == message)
            #expect(delivery.routingKey == queue && !delivery.isRedelivered && delivery.deliveryCount == 0)
            #expect(connection.ack(delivery) == .accepted)
            #expect(connection.ack(delivery) == .alreadySettled)
            try await connection.cancel(consumer)
            #expect(try await deliveries.next() == nil)
            #expect(try await connection.status(ofQueue: queue) == AMQPQueueStatus(messages: 0, consumers: 0))
            #expect(try await connection.delete(queue: queue) == 0)
            await connection.close()
            await #expect(throws: TransportError.self) { try await connection.publish(message, routingKey: queue) }
        }

        @Test("A message that reaches no queue fails, also among thousands that do")
        func returned() async throws {
            let connection = try await connection()
            let queue = try await queue(on: connection)
            let lost = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let key = number % 100 == 50 ? "nobody-\(queue)" : queue
                        do throws(TransportError) {
                            try await connection.publish(
                                AMQPMessage(body: [1, 2, 3], messageID: "\(number)"),
                                routingKey: key
                            )
                            return false
                        } catch {
                            #expect(error.code == .unroutable && error.isRetriable && number % 100 == 50)
                            return true
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(lost == 10)
            #expect(try await connection.status(ofQueue: queue).messages == 990)
            try await connection.delete(queue: queue)
            await connection.close()
        }
    }
}
