import Concurrency
import Logging
import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite("Results that no queue takes", .timeLimit(.minutes(1)))
struct AMQPHeldResultTests {
    static let queue = TaskQueueName(.tasks, pipeline: "moths")
    let broker = AMQPFakeBroker()
    let confirmed = MemoryConfirmedResults()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func desk(clock: some Clock<Duration> = JumpingClock()) -> AMQPTaskDesk {
        AMQPTaskDesk(
            publisher: ConfirmedPublisher(
                connection: broker,
                clock: clock,
                generator: SeededGenerator(seed: 1),
                logger: logger
            ),
            acknowledger: broker,
            confirmed: confirmed,
            resultsExchange: "antenna.results",
            logger: logger
        )
    }

    func take(_ id: String, subject: String = "answers", tag: UInt64 = 1, on desk: AMQPTaskDesk) throws
        -> AMQPTaskDelivery
    {
        let message = AMQPMessage.task(id, subject: subject)
        return AMQPTaskDelivery(
            message: try TaskMessage(message, pipeline: "moths"),
            queue: Self.queue,
            attempts: 0,
            delivery: .fake(message, tag: tag),
            desk: desk,
            logger: logger
        )
    }

    func result(_ id: String, bytes: Int = 2) -> EncodedResult {
        EncodedResult(taskID: id, json: [UInt8](repeating: 0x20, count: bytes), isError: false)
    }

    @Test(
        "Sixty of them are held apart while others go out, readiness says so, and in the end their tasks are dead letters that say why"
    )
    func sixty() async throws {
        broker.set("nobody", routable: false)
        let clock = TestClock()
        let desk = desk(clock: clock)
        for id in 1...60 {
            try await take("\(id)", subject: "nobody", tag: UInt64(id), on: desk).settle(.answered(result("\(id)")))
        }
        #expect(desk.held == 60 && desk.outstanding == 60 && desk.held(from: Self.queue) == 60)
        #expect(desk.problem?.contains("no queue takes 60 results") == true && desk.problem?.contains("nobody") == true)
        await desk.waitForPlace(in: Self.queue, limit: 1)
        for id in 61...65 { try await take("\(id)", tag: UInt64(id), on: desk).settle(.answered(result("\(id)"))) }
        #expect(broker.events.filter { $0 == .acked(65) }.count == 1 && desk.counters.answered == 5)
        try await eventually {
            clock.advance(by: .seconds(20))
            return desk.outstanding == 0
        }
        #expect(desk.counters.deadLettered == 60 && desk.held == 0 && desk.problem == nil)
        let letters = broker.published.filter { $0.exchange == "antenna.dead" }.map { DeadLetter(.fake($0.message)) }
        #expect(letters.count == 60 && letters.allSatisfy { $0.reason.contains("no queue took its result in 300 s") })
    }

    @Test("One goes out once a queue is there, and its task is acknowledged then")
    func queueAppears() async throws {
        broker.set("answers", routable: false)
        let clock = TestClock()
        let desk = desk(clock: clock)
        try await take("7", on: desk).settle(.answered(result("7")))
        await clock.sleepers()
        #expect(broker.events.isEmpty && desk.held == 1)
        broker.set("answers", routable: true)
        clock.advanceToNextSleeper()
        await desk.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(1)])
    }

    @Test("However often it is delivered again, it goes out once, and under the latest delivery")
    func redelivered() async throws {
        broker.set("answers", routable: false)
        let clock = TestClock()
        let desk = desk(clock: clock)
        let delivery = try take("7", on: desk)
        try await delivery.settle(.answered(result("7")))
        await clock.sleepers()
        for opening in 2...5 as ClosedRange<UInt64> {
            let again = AMQPDelivery.fake(.task("7"), tag: 9, opening: opening, isRedelivered: true)
            #expect(desk.join(again, to: delivery.name))
        }
        broker.set("answers", routable: true)
        clock.advanceToNextSleeper()
        await desk.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(9)])
        #expect(!desk.join(.fake(.task("7")), to: delivery.name), "nothing is in hand any more")
        #expect(await confirmed.contains(delivery.name))
    }

    @Test("The places are bounded in number and in bytes: more wait where they are, and have theirs when one is free")
    func bounded() async throws {
        broker.set("nobody", routable: false)
        let desk = desk(clock: TestClock())
        let large = HeldResults.byteLimit / 2
        for id in 1...2 {
            try await take("\(id)", subject: "nobody", on: desk).settle(.answered(result("\(id)", bytes: large)))
        }
        let third = try take("3", subject: "nobody", on: desk)
        let waiting = Task { try await third.settle(.answered(result("3"))) }
        try await eventually { desk.heldBytes.waiting > 0 }
        #expect(desk.held == 2)
        desk.publisher.drain()
        try await waiting.value
        await desk.waitUntilIdle()
        #expect(broker.events.count == 3 && broker.events.allSatisfy { $0 == .nacked(1) })
        #expect(desk.heldBytes.reserved == 0 && desk.heldPlaces.reserved == 0)
    }

    @Test("A further message of the same name is work of its own")
    func sameName() throws {
        var hand = DeliveriesInHand()
        let name = try take("7", on: desk()).name
        let first = hand.take(.fake(.task("7"), tag: 1), of: name, from: Self.queue, now: .now)
        let second = hand.take(.fake(.task("7"), tag: 2), of: name, from: Self.queue, now: .now)
        #expect(hand.count(from: Self.queue) == 2)
        let joined = hand.join(.fake(.task("7"), tag: 3), to: name, now: .now)
        #expect(joined)
        let tags = [second, first, first].map { hand.release($0).map(\.deliveryTag) }
        #expect(tags == [[2], [1, 3], []] && hand.count(from: Self.queue) == 0)
    }
}
