import Concurrency
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Broker

extension BrokerTests {
    @Suite("Tasks over RabbitMQ while things break", .serialized, .timeLimit(.minutes(5)))
    struct AMQPFaultTests {
        @Test("A broker that is killed twice in a run loses nothing, and no result is missing")
        func brokerRestarts() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await BrokerFixture(broker: broker)
            // What was declared a moment before a kill may be forgotten by half, as the broker writes its metadata seconds later.
            try await broker.control("eval", "[dets:sync(T) || T <- dets:all()], mnesia:sync_log().")
            try await fixture.enqueue(0..<200)
            let source = try fixture.taskSource { $0.prefetch = 16 }
            let running = Task { await source.run() }
            let working = Task {
                await withDiscardingTaskGroup { group in
                    while let delivery = await source.nextDelivery() {
                        group.addTask {
                            // Given up when the broker went in between: it delivers the task again.
                            try? await delivery.settle(.answered(answer(to: delivery.message.task)))
                        }
                    }
                }
            }
            for seen in [20, 100] {
                try await eventually { source.statistics.answered.value >= seen }
                try await broker.kill()
                try await broker.start()
            }
            // An empty queue would not do: what the broker has not yet taken back from a lost connection is not in it.
            var ledger = ResultLedger()
            try await eventually {
                try await fixture.untilConnected { try await ledger.take(from: fixture.results, of: fixture) }
                return ledger.results.count == 200
            }
            source.drain()
            await running.value
            await working.value
            let dead = try await fixture.takeAll("\(fixture.dead)").compactMap(\.message.messageID)
            #expect(ledger.inconsistent == [])
            #expect(dead.isEmpty)
            try await fixture.discard()
            try await broker.discard()
        }

        @Test("A task that is there twice, for want of the acknowledgement after its copy, is answered once")
        func copyBesideOriginal() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<1)
            let lost = try await AMQPConnection.patient(AMQPConfiguration(url: fixture.url), logger: fixture.logger)
            let consumer = try await lost.consume(queue: "\(fixture.tasks)", prefetch: 1)
            let delivery = try #require(try await consumer.makeAsyncIterator().next())
            let untried = UncountedRequeue(
                publisher: fixture.observer,
                acknowledger: Unheard(),
                canPublish: { true },
                given: DeliveryStatistics().givenBack,
                clock: WaitClock(),
                logger: fixture.logger
            )
            await untried.giveBack(delivery, to: fixture.tasks)
            await lost.close()

            // One after the other: an empty queue would not do, as the broker takes the original back in its own time.
            let source = try fixture.taskSource { $0.prefetch = 1 }
            let running = Task { await source.run() }
            let working = Task {
                while let delivery = await source.nextDelivery() {
                    try await delivery.settle(.answered(answer(to: delivery.message.task)))
                }
            }
            try await eventually {
                source.statistics.answered.value + source.statistics.recognised.value == 2 && source.outstanding == 0
            }
            source.drain()
            await running.value
            try await working.value
            #expect(try await fixture.takeAll(fixture.results).count == 1)
            #expect(try await fixture.takeAll("\(fixture.tasks)").isEmpty)
            #expect(source.statistics.redelivered.value == 1, "a copy counts as new")
            try await fixture.discard()
        }

        /// A connection whose acknowledgements never reach the broker.
        private struct Unheard: AMQPAcknowledging {
            func ack(_ delivery: AMQPDelivery) -> AMQPSettlementOutcome { .accepted }
            func nack(_ delivery: AMQPDelivery, requeue: Bool) -> AMQPSettlementOutcome { .accepted }
            func holds(_ delivery: AMQPDelivery) -> Bool { true }
        }

        @Test("A task that is begun and lost with its connection again and again was never tried")
        func lostWhileBegun() async throws {
            let server = try await RabbitMQServer.shared()
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<3)
            let proxy = try TCPProxy(to: server.port)
            defer { proxy.stop() }
            let source = try fixture.taskSource(through: proxy) { settings in
                settings.prefetch = 3
                settings.maximumAttempts = 2
            }
            async let running: Void = source.run()
            for _ in 0..<4 {
                var begun: [AMQPTaskDelivery] = []
                while begun.count < 3, let delivery = await source.nextDelivery() { begun.append(delivery) }
                #expect(begun.map(\.attempts) == [0, 0, 0])
                proxy.cut()
                try await eventually { begun.allSatisfy(\.isGone) }
                // Dropped, as the worker drops what is not its own any more.
                for delivery in begun { try await delivery.settle(.givenBack(reason: "its delivery is gone")) }
                proxy.thaw()
            }
            for _ in 0..<3 {
                let delivery = try #require(await source.nextDelivery())
                try await delivery.settle(.answered(answer(to: delivery.message.task)))
            }
            source.drain()
            await running
            #expect(try await Set(fixture.take(3, from: fixture.results).compactMap(\.message.messageID)).count == 3)
            #expect(try await fixture.takeAll("\(fixture.dead)").isEmpty)
            try await fixture.discard()
        }

        @Test("A redelivery after a lost acknowledgement is recognised over Redis by another worker")
        func recognisedOverRedis() async throws {
            let fixture = try await BrokerFixture()
            let redis = try await RedisServer.shared()
            func memory() throws -> RedisConfirmedResultStore {
                var configuration = try RedisConfiguration(url: redis.url)
                // One that answers late is not one that forgets.
                (configuration.connectTimeout, configuration.commandTimeout) = (.seconds(100), .seconds(100))
                return RedisConfirmedResultStore(client: try RedisClient(configuration: configuration))
            }
            try await fixture.enqueue(0..<1)
            let (delivery, _) = try #require(try await fixture.observer.get(queue: "\(fixture.tasks)"))
            let message = try TaskMessage(delivery.message, pipeline: fixture.pipeline)
            let name = ResultKey(to: message, from: fixture.tasks)
            let (one, other) = (try memory(), try memory())
            #expect(await !one.contains(name))
            await one.insert(name)
            fixture.observer.nack(delivery, requeue: true)
            let source = try fixture.taskSource(confirmed: other)
            let running = Task { await source.run() }
            try await eventually { source.statistics.recognised.value == 1 }
            source.drain()
            await running.value
            #expect(try await fixture.observer.status(ofQueue: fixture.results).messages == 0)
            try await fixture.discard()
        }
    }
}
