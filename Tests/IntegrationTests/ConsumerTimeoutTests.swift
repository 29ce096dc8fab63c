import Broker
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Deliveries that the broker takes back", .serialized, .timeLimit(.minutes(5)))
    struct ConsumerTimeoutTests {
        @Test(
            "What is done meanwhile is published once, what is not begun is no attempt, and no more is in work than fits"
        )
        func timeout() async throws {
            let broker = try await RabbitMQServer(configuration: ["consumer_timeout = 3000"])
            // It looks once a minute by itself.
            try await broker.control("eval", "application:set_env(rabbit, channel_tick_interval, 500).")
            let fixture = try await BrokerFixture(broker: broker)
            try await fixture.enqueue(0..<12)
            let source = try fixture.taskSource { $0.prefetch = 6 }
            async let running: Void = source.run()
            // Two are worked on for longer than the broker waits, four wait for their turn.
            let slow = [await source.nextDelivery(), await source.nextDelivery()].compactMap { $0 }
            #expect(slow.count == 2)
            // Gone for a moment only: they come again as soon as the consumer is back, and then what is in hand is settled by that.
            try await eventually { slow.allSatisfy(\.isGone) || source.statistics.redelivered.value > 0 }
            for delivery in slow { try await delivery.settle(.answered(answer(to: delivery.message.task))) }
            async let working: Void = withDiscardingTaskGroup { group in
                while let delivery = await source.nextDelivery() {
                    #expect(source.outstanding <= 7, "in hand, and one that is just let in")
                    group.addTask {
                        do {
                            try await delivery.settle(.answered(answer(to: delivery.message.task)))
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
            }
            try await untilAnswered(12, by: source, fixture)
            source.drain()
            await running
            await working
            try await expectAnsweredOnce(12, fixture)
            await fixture.observer.close()
            try await broker.discard()
        }

        @Test("However often it takes them back, each task is answered once")
        func again() async throws {
            let broker = try await RabbitMQServer(configuration: ["consumer_timeout = 1500"])
            try await broker.control("eval", "application:set_env(rabbit, channel_tick_interval, 100).")
            let fixture = try await BrokerFixture(broker: broker)
            try await fixture.enqueue(0..<40)
            let source = try fixture.taskSource { $0.prefetch = 8 }
            async let running: Void = source.run()
            async let working: Void = withDiscardingTaskGroup { group in
                for worker in 0..<2 {
                    group.addTask {
                        var work = worker
                        while let delivery = await source.nextDelivery() {
                            do {
                                work += 1
                                if work % 4 == 0 {
                                    // It takes longer than the broker waits.
                                    let before = source.statistics.redelivered.value
                                    try await eventually { source.statistics.redelivered.value > before }
                                }
                                try await delivery.settle(.answered(answer(to: delivery.message.task)))
                            } catch {
                                Issue.record(error)
                            }
                        }
                    }
                }
            }
            try await untilAnswered(40, by: source, fixture)
            source.drain()
            await running
            await working
            try await expectAnsweredOnce(40, fixture)
            await fixture.observer.close()
            try await broker.discard()
        }

        // Answers are counted, and not taken out: the broker would take that back as well, should this process stand still for a moment.

        private func untilAnswered(_ tasks: Int, by source: AMQPTaskSource, _ fixture: BrokerFixture) async throws {
            try await eventually {
                let answers = try await fixture.observer.status(ofQueue: fixture.results).messages
                let waiting = try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages
                return answers >= tasks && waiting == 0 && source.outstanding == 0
            }
        }

        private func expectAnsweredOnce(_ tasks: Int, _ fixture: BrokerFixture) async throws {
            #expect(try await fixture.observer.status(ofQueue: fixture.results).messages == tasks)
            #expect(Set(try await fixture.takeAll(fixture.results).map(\.message.messageID)).count == tasks)
            #expect(try await fixture.takeAll("\(fixture.dead)").isEmpty)
        }
    }
}
