import Concurrency
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Broker
@testable import Pipeline
@testable import Transport

@Suite("Results that no queue takes", .timeLimit(.minutes(5)))
struct HeldResultTests {
    static let queue = TaskQueueName(.tasks, pipeline: "moths")
    let broker = AMQPFakeBroker()
    let confirmed = MemoryConfirmedResultStore()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func settler(clock: some Clock<Duration> = JumpingClock()) -> AMQPTaskSettler {
        AMQPTaskSettler(testing: broker, clock: clock, confirmed: confirmed, logger: logger)
    }

    func take(_ id: String, subject: String = "answers", tag: UInt64 = 1, on settler: AMQPTaskSettler) throws
        -> AMQPTaskDelivery
    {
        let message = AMQPMessage.task(id, subject: subject)
        return AMQPTaskDelivery(
            message: try TaskMessage(message, pipeline: "moths"),
            queue: Self.queue,
            attempts: 0,
            delivery: .fake(message, tag: tag),
            settler: settler,
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
        let settler = settler(clock: clock)
        for id in 1...60 {
            try await take("\(id)", subject: "nobody", tag: UInt64(id), on: settler).settle(.answered(result("\(id)")))
        }
        #expect(settler.held == 60 && settler.outstanding == 60 && settler.held(from: Self.queue) == 60)
        #expect(
            settler.problem?.contains("no queue takes 60 results") == true
                && settler.problem?.contains("nobody") == true
        )
        await settler.waitForPlace(in: Self.queue, limit: 1)
        for id in 61...65 { try await take("\(id)", tag: UInt64(id), on: settler).settle(.answered(result("\(id)"))) }
        #expect(broker.events.filter { $0 == .acked(65) }.count == 1 && settler.statistics.answered.value == 5)
        try await eventually {
            clock.advance(by: .seconds(20))
            return settler.outstanding == 0 && settler.held == 0
        }
        #expect(settler.statistics.deadLettered.value == 60 && settler.held == 0 && settler.problem == nil)
        let letters = broker.published.filter { $0.exchange == "antenna.dead" }.map { DeadLetter(.fake($0.message)) }
        #expect(letters.count == 60)
        #expect(letters.allSatisfy { $0.reason.contains("no queue took its result in 300 s, which is for the ") })
    }

    @Test("One goes out once a queue is there, and its task is acknowledged then")
    func queueAppears() async throws {
        broker.set("answers", routable: false)
        let clock = TestClock()
        let settler = settler(clock: clock)
        try await take("7", on: settler).settle(.answered(result("7")))
        await clock.sleepers()
        #expect(broker.events.isEmpty && settler.held == 1)
        broker.set("answers", routable: true)
        clock.advanceToNextSleeper()
        await settler.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(1)])
    }

    @Test("However often it is delivered again, it goes out once, and under the latest delivery")
    func redelivered() async throws {
        broker.set("answers", routable: false)
        let clock = TestClock()
        let settler = settler(clock: clock)
        let delivery = try take("7", on: settler)
        try await delivery.settle(.answered(result("7")))
        await clock.sleepers()
        for opening in 2...5 as ClosedRange<UInt64> {
            let again = AMQPDelivery.fake(.task("7"), tag: 9, opening: opening, isRedelivered: true)
            #expect(settler.join(again, to: delivery.key))
        }
        broker.set("answers", routable: true)
        clock.advanceToNextSleeper()
        await settler.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(9)])
        #expect(!settler.join(.fake(.task("7")), to: delivery.key), "nothing is in hand any more")
        #expect(await confirmed.contains(delivery.key))
    }

    @Test("One whose delivery is gone is left to whoever gets its task now, and kept should that be this worker")
    func gone() async throws {
        broker.set("answers", routable: false)
        let clock = TestClock()
        let settler = settler(clock: clock)
        let delivery = try take("7", on: settler)
        try await delivery.settle(.answered(result("7")))
        await clock.sleepers()
        broker.loseConnection()
        broker.set("answers", routable: true)
        clock.advanceToNextSleeper()
        await settler.waitUntilIdle()
        #expect(broker.events.isEmpty && settler.held == 0)
        #expect(settler.takeKept(delivery.key)?.json == result("7").json)
    }

    @Test("Beyond the bound no place of other work is taken: the task is a dead letter that says why")
    func bounded() async throws {
        broker.set("nobody", routable: false)
        let settler = settler(clock: TestClock())
        for id in 1...UnroutableResults.limit + 50 {
            try await take("\(id)", subject: "nobody", on: settler).settle(.answered(result("\(id)")))
        }
        #expect(settler.held == UnroutableResults.limit && settler.outstanding == UnroutableResults.limit)
        await settler.waitForPlace(in: Self.queue, limit: 1)
        try await take("good", tag: 7, on: settler).settle(.answered(result("good")))
        #expect(broker.events.suffix(2) == [.published(id: "good", to: "antenna.results/answers"), .acked(7)])
        let letters = broker.published.filter { $0.exchange == "antenna.dead" }.map { DeadLetter(.fake($0.message)) }
        #expect(letters.count == 50 && letters.allSatisfy { $0.reason.contains("500 such results are held already") })
        settler.publisher.drain()
        await settler.waitUntilIdle()
        #expect(settler.held == 0 && settler.problem == nil)
        let bytes = settler.state.withLock(\.held.bytes)
        #expect(bytes == 0)
    }

    @Test("Large results have fewer places")
    func boundedBytes() {
        var held = UnroutableResults()
        let nowhere = UnroutableResults.Destination(exchange: "", routingKey: "nobody")
        let isHeld = (1...3).map { id in
            held.add(id, from: Self.queue, to: nowhere, bytes: UnroutableResults.byteLimit / 2, since: .zero)
        }
        #expect(isHeld == [true, true, false] && held.bytes == UnroutableResults.byteLimit)
        held.remove(2)
        let small = held.add(4, from: Self.queue, to: nowhere, bytes: 1, since: .zero)
        #expect(small && held.count(from: Self.queue) == 2)
    }

    @Test("A further message of the same key is work of its own")
    func sameKey() throws {
        var hand = DeliveriesInHand()
        let key = try take("7", on: settler()).key
        let first = hand.take(.fake(.task("7"), tag: 1), of: key, from: Self.queue, tried: 0, now: .now)
        let second = hand.take(.fake(.task("7"), tag: 2), of: key, from: Self.queue, tried: 0, now: .now)
        #expect(hand.count(from: Self.queue) == 2)
        let joined = hand.join(.fake(.task("7"), tag: 3), to: key, now: .now)
        #expect(joined)
        let tags = [second, first, first].map { hand.release($0) { _ in false }.map(\.deliveryTag) }
        #expect(tags == [[2], [1, 3], []] && hand.count(from: Self.queue) == 0)
    }
}
