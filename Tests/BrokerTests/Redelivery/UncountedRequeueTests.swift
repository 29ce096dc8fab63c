import Concurrency
import Logging
import TestSupport
import Testing

@testable import Broker
@testable import Transport

@Suite("Giving back what nobody has begun")
struct UncountedRequeueTests {
    private let queue = TaskQueueName(.tasks, pipeline: "moths")
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func untried(
        _ broker: AMQPFakeBroker,
        canPublish: Bool = true,
        clock: JumpingClock = JumpingClock()
    ) -> UncountedRequeue {
        UncountedRequeue(
            publisher: broker,
            acknowledger: broker,
            canPublish: { canPublish },
            given: DeliveryStatistics().givenBack,
            clock: WaitClock(clock),
            logger: logger
        )
    }

    @Test("A copy goes to the queue and the delivery is acknowledged; however often, it is no attempt")
    func copied() async throws {
        var message = AMQPMessage.task("7")
        message.headers["mine"] = 3
        for round in 1...20 {
            let broker = AMQPFakeBroker()
            await untried(broker).giveBack(.fake(message, tag: 5), to: queue)
            #expect(broker.events == [.published(id: "7", to: "/antenna.tasks.moths"), .acked(5)])
            message = try #require(broker.published.first?.message)
            #expect(AMQPDelivery.fake(message).attempts(from: "\(queue)") == 0, "round \(round)")
        }
        #expect(
            message.headers == ["mine": 3, DeadLetter.Header.redelivered: true],
            "the acknowledgement may have been lost"
        )
    }

    @Test("Attempts that there were stay, and the copy says that its result may be out")
    func attempts() async throws {
        var message = AMQPMessage.task("7")
        message.headers["x-delivery-count"] = 3
        for _ in 0..<2 {
            let broker = AMQPFakeBroker()
            await untried(broker).giveBack(.fake(message, isRedelivered: true), to: queue)
            message = try #require(broker.published.first?.message)
        }
        #expect(AMQPDelivery.fake(message).attempts(from: "\(queue)") == 3)
        #expect(message.headers[DeadLetter.Header.redelivered] == true)
        message.headers["x-delivery-count"] = 1
        #expect(AMQPDelivery.fake(message, isRedelivered: true).attempts(from: "\(queue)") == 4)
        message.headers["x-antenna-tried"] = .int(.max)
        #expect(AMQPDelivery.fake(message).attempts(from: "\(queue)") >= 4, "no overflow")
    }

    @Test("What is known to be lost is no attempt on the copy, which says all the same that its result may be out")
    func lost() async throws {
        var message = AMQPMessage.task("7")
        message.headers["x-delivery-count"] = 3
        let broker = AMQPFakeBroker()
        await untried(broker).giveBack(.fake(message, isRedelivered: true), to: queue, tried: 0)
        let copy = try #require(broker.published.first?.message)
        #expect(AMQPDelivery.fake(copy).attempts(from: "\(queue)") == 0)
        #expect(copy.headers == [DeadLetter.Header.redelivered: true])
    }

    @Test("What cannot be copied is given back as it is, and what the broker has taken back is left alone")
    func notCopied() async {
        let refusing = AMQPFakeBroker([.failure(.nacked)])
        await untried(refusing).giveBack(.fake(.task("7"), tag: 5), to: queue)
        #expect(refusing.events == [.nacked(5)])
        let blocked = AMQPFakeBroker()
        await untried(blocked, canPublish: false).giveBack(.fake(.task("7"), tag: 5), to: queue)
        #expect(blocked.events == [.nacked(5)])
        let hanging = AMQPFakeBroker()
        hanging.block()
        await untried(hanging).giveBack(.fake(.task("7"), tag: 5), to: queue)
        #expect(hanging.events == [.nacked(5)])
        let gone = AMQPFakeBroker()
        gone.loseConnection()
        await untried(gone).giveBack(.fake(.task("7"), tag: 5), to: queue)
        #expect(gone.events == [])
    }

    @Test("A broker that does not confirm one copy in time is not waited for with each of a hundred")
    func silent() async throws {
        let broker = AMQPFakeBroker()
        broker.block()
        let clock = JumpingClock()
        let untried = untried(broker, clock: clock)
        for tag in 1...100 { await untried.giveBack(.fake(.task("\(tag)"), tag: UInt64(tag)), to: queue) }
        #expect(broker.events.count == 100 && clock.now.offset < .seconds(10))
    }
}
