import Broker
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Tasks over RabbitMQ", .serialized, .timeLimit(.minutes(5)))
    struct AMQPSourceTests {
        @Test("Every task has one result, and then the queue is empty")
        func ledger() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<300)
            let source = try fixture.taskSource { $0.prefetch = 32 }
            let running = Task { await source.run() }
            await withDiscardingTaskGroup { group in
                for _ in 0..<300 {
                    guard let lease = await source.next() else { return }
                    group.addTask {
                        do {
                            try await lease.settle(.completed(answer(to: lease.task)))
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
            }
            source.drain()
            await running.value
            #expect(await source.next() == nil)
            #expect(source.statistics.answered.value == 300 && source.statistics.givenBack.value == 0)
            let results = try await fixture.take(300, from: fixture.results)
            #expect(Set(results.compactMap(\.message.messageID)) == Set((0..<300).map(String.init)))
            #expect(try await fixture.observer.status(ofQueue: fixture.results).messages == 0)
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 0)
            try await fixture.discard()
        }

        @Test("A result that reaches no queue keeps its task in hand until there is one")
        func unroutable() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.observer.delete(queue: fixture.results)
            try await fixture.enqueue(0..<1)
            let log = CapturedLog()
            let source = try fixture.taskSource(logger: log.logger)
            async let running: Void = source.run()
            let delivery = try #require(await source.nextDelivery())
            async let settling: Void = delivery.settle(.answered(answer(to: delivery.message.task)))
            try await eventually { log.warnings.contains { $0.contains(fixture.results) && $0.contains("unroutable") } }
            #expect(source.outstanding == 1 && source.statistics.answered.value == 0)
            try await fixture.observer.declare(.queue(name: fixture.results, arguments: ["x-queue-type": "quorum"]))
            try await settling
            try await eventually { source.statistics.answered.value == 1 }
            #expect(try await fixture.take(1, from: fixture.results).first?.message.messageID == "0")
            source.drain()
            await running
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 0)
            try await fixture.discard()
        }

        @Test("What is no task goes to the dead letters with the reason; the next one is done")
        func malformed() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.observer.publish(
                AMQPMessage(body: Array("{\"id\":".utf8)),
                routingKey: "\(fixture.tasks)"
            )
            try await fixture.enqueue(1..<2)
            let source = try fixture.taskSource()
            async let running: Void = source.run()
            let delivery = try #require(await source.nextDelivery())
            #expect(delivery.message.task.id == "1")
            try await delivery.settle(.answered(answer(to: delivery.message.task)))
            source.drain()
            await running
            let letters = try await fixture.takeAll("\(fixture.dead)").map(DeadLetter.init)
            #expect(letters.count == 1 && letters.first?.reason.contains("JSON") == true)
            #expect(letters.first?.queue == "\(fixture.tasks)")
            #expect(letters.first?.original.body == Array("{\"id\":".utf8))
            try await fixture.discard()
        }

        @Test("A task that was delivered too often without a result goes to the dead letters")
        func attempts() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<1)
            for attempt in 0..<3 {
                let (delivery, _) = try #require(try await fixture.observer.get(queue: "\(fixture.tasks)"))
                #expect(delivery.attempts(from: "\(fixture.tasks)") == attempt)
                fixture.observer.nack(delivery, requeue: true)
            }
            let source = try fixture.taskSource { $0.maximumAttempts = 3 }
            async let running: Void = source.run()
            try await eventually { source.statistics.deadLettered.value == 1 }
            source.drain()
            await running
            let letter = try #require(try await fixture.takeAll("\(fixture.dead)").map(DeadLetter.init).first)
            #expect(letter.reason == "delivered 3 times without a result" && letter.attempts == 3)
            #expect(letter.original.messageID == "0")
            try await fixture.discard()
        }

        @Test("A classic queue that may not be declared is left alone once a task of it comes again, and says why")
        func uncounted() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.observer.delete(queue: "\(fixture.tasks)")
            try await fixture.observer.declare(.queue(name: "\(fixture.tasks)", arguments: ["x-queue-type": "classic"]))
            try await fixture.enqueue(0..<2)
            let (first, _) = try #require(try await fixture.observer.get(queue: "\(fixture.tasks)"))
            fixture.observer.nack(first, requeue: true)
            // Where it stood before, ahead of the one that comes for the first time.
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 2 }
            let source = try fixture.taskSource { settings in
                settings.declares = false
                settings.prefetch = 1
            }
            async let running: Void = source.run()
            try await eventually { source.consumerProblem?.contains("no quorum queue") == true }
            source.drain()
            await running
            #expect(source.statistics.answered.value == 0 && source.statistics.deadLettered.value == 0)
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 2 }
            try await fixture.discard()
        }

        @Test("A redelivered task whose result is out is acknowledged without being done again")
        func recognised() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<1)
            let (delivery, _) = try #require(try await fixture.observer.get(queue: "\(fixture.tasks)"))
            let confirmed = MemoryConfirmedResultStore()
            let message = try TaskMessage(delivery.message, pipeline: fixture.pipeline)
            await confirmed.insert(ResultKey(to: message, from: fixture.tasks))
            fixture.observer.nack(delivery, requeue: true)
            let source = try fixture.taskSource(confirmed: confirmed)
            async let running: Void = source.run()
            try await eventually { source.statistics.recognised.value == 1 }
            #expect(source.outstanding == 0)
            source.drain()
            await running
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 0)
            #expect(try await fixture.observer.status(ofQueue: fixture.results).messages == 0)
            try await fixture.discard()
        }

        @Test("A drain gives back what nobody took and waits for what was taken")
        func drain() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<10)
            let source = try fixture.taskSource { $0.prefetch = 10 }
            async let running: Void = source.run()
            let taken = [await source.nextDelivery(), await source.nextDelivery(), await source.nextDelivery()]
                .compactMap { $0 }
            #expect(taken.map(\.message.task.id) == ["0", "1", "2"])
            source.drain()
            while let late = await source.nextDelivery() { try await late.settle(.givenBack(reason: "late")) }
            for delivery in taken { try await delivery.settle(.answered(answer(to: delivery.message.task))) }
            await running
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 7 }
            #expect(try await fixture.take(3, from: fixture.results).count == 3)
            try await fixture.discard()
        }

        @Test("Cancellation ends a source even while a result cannot be published")
        func cancelled() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.observer.delete(queue: fixture.results)
            try await fixture.enqueue(0..<1)
            let source = try fixture.taskSource()
            let running = Task { await source.run() }
            let delivery = try #require(await source.nextDelivery())
            let settling = Task { try await delivery.settle(.answered(answer(to: delivery.message.task))) }
            running.cancel()
            await running.value
            await #expect(throws: TransportError.self) { try await settling.value }
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 1 }
            try await fixture.discard()
        }

        @Test("A consumer that the broker cancels is there again once the queue is")
        func cancelledByBroker() async throws {
            let fixture = try await BrokerFixture()
            let source = try fixture.taskSource()
            async let running: Void = source.run()
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").consumers == 1 }
            try await fixture.observer.delete(queue: "\(fixture.tasks)")
            try await eventually {
                do throws(TransportError) {
                    return try await fixture.observer.status(ofQueue: "\(fixture.tasks)").consumers == 1
                } catch {
                    return false
                }
            }
            try await fixture.enqueue(5..<6)
            let delivery = try #require(await source.nextDelivery())
            #expect(delivery.message.task.id == "5")
            try await delivery.settle(.answered(answer(to: delivery.message.task)))
            source.drain()
            await running
            try await fixture.discard()
        }
    }
}
