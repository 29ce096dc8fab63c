import Concurrency
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Broker
@testable import Pipeline
@testable import Transport

@Suite("Settling AMQP deliveries")
struct TaskSettlementTests {
    static let queue = TaskQueueName(.tasks, pipeline: "moths")
    let confirmed = MemoryConfirmedResultStore()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A settler whose waits are over at once.
    func settler(_ broker: AMQPFakeBroker, clock: some Clock<Duration> = JumpingClock(), logger: Logger? = nil)
        -> AMQPTaskSettler
    {
        AMQPTaskSettler(testing: broker, clock: clock, confirmed: confirmed, logger: logger ?? self.logger)
    }

    func delivery(
        _ message: AMQPMessage = .task("7"),
        on settler: AMQPTaskSettler,
        attempts: Int = 0,
        tag: UInt64 = 5
    ) throws -> AMQPTaskDelivery {
        AMQPTaskDelivery(
            message: try TaskMessage(message, pipeline: "moths"),
            queue: Self.queue,
            attempts: attempts,
            delivery: .fake(message, tag: tag),
            settler: settler,
            logger: logger
        )
    }

    let result = EncodedResult(taskID: "7", json: Array("{}".utf8), isError: false)

    @Test("The result is confirmed and remembered before the task is acknowledged")
    func answered() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let delivery = try delivery(on: settler)
        #expect(settler.outstanding == 1)
        try await delivery.settle(.answered(result))
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(5)])
        #expect(await confirmed.contains(ResultKey(to: delivery.message, from: Self.queue)))
        #expect(settler.outstanding == 0 && settler.statistics.answered.value == 1)
        let message = try #require(broker.published.first?.message)
        #expect(message.isPersistent && message.correlationID == "c-7" && message.contentType == "application/json")
        #expect(message.body == result.json)
    }

    @Test("A result that somebody waits for has a priority, by which a queue lets it go", arguments: Lane.allCases)
    func priority(_ lane: Lane) throws {
        let message = try TaskMessage(.task("7"), pipeline: "moths", lane: lane)
        let encoded = AMQPResultPublisher.encode(result, to: message)
        #expect(encoded.priority == (lane == .interactive ? 5 : nil) && Lane(priority: encoded.priority) == lane)
        #expect(Lane(priority: 4) == .batch && Lane(priority: 255) == .interactive)
    }

    @Test("A result that is returned or refused is published again, and the task is not acknowledged meanwhile")
    func retried() async throws {
        let broker = AMQPFakeBroker([.failure(.unroutable), .failure(.nacked), .failure(.unroutable)])
        let settler = settler(broker)
        try await delivery(on: settler).settle(.answered(result))
        await settler.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(5)])
    }

    @Test("A drain gives back what cannot be published, and forgets no result as confirmed")
    func drained() async throws {
        let broker = AMQPFakeBroker([.failure(.unroutable)])
        let settler = settler(broker)
        let delivery = try delivery(on: settler)
        settler.publisher.drain()
        await #expect(throws: TransportError.self) { try await delivery.settle(.answered(result)) }
        await settler.waitUntilIdle()
        #expect(broker.events == [.nacked(5)])
        #expect(await !confirmed.contains(ResultKey(to: delivery.message, from: Self.queue)))
        #expect(settler.outstanding == 0)
    }

    @Test("A drain waits its patience for a publish under way, then gives the task back")
    func drainedWhileBlocked() async throws {
        let broker = AMQPFakeBroker()
        broker.block()
        let clock = TestClock()
        let settler = settler(broker, clock: clock)
        let delivery = try delivery(on: settler)
        let settling = Task { try await delivery.settle(.answered(result)) }
        try await eventually { settler.publisher.underWay > 0 }
        settler.publisher.drain()
        await clock.sleepers()
        #expect(broker.events.isEmpty)
        clock.advanceToNextSleeper()
        await #expect(throws: TransportError.self) { try await settling.value }
        await settler.waitUntilIdle()
        #expect(broker.events == [.nacked(5)])
    }

    @Test("Results that are abandoned go back, later ones go out")
    func abandoned() async throws {
        let broker = AMQPFakeBroker([.failure(.nacked)])
        let clock = TestClock()
        let settler = settler(broker, clock: clock)
        let first = try delivery(on: settler)
        let settling = Task { try await first.settle(.answered(result)) }
        await clock.sleepers()
        settler.publisher.abandon()
        await #expect(throws: TransportError.self) { try await settling.value }
        #expect(broker.events.isEmpty, "it is given back after a while, while others go on")
        await clock.sleepers()
        clock.advanceToNextSleeper()
        await settler.waitUntilIdle()
        #expect(broker.events == [.nacked(5)])
        try await delivery(on: settler).settle(.answered(result))
        #expect(broker.events.last == .acked(5))
    }

    @Test("A result too large for the broker is answered with an error in its place")
    func tooLarge() async throws {
        let broker = AMQPFakeBroker([.failure(.tooLarge)])
        let settler = settler(broker)
        try await delivery(on: settler).settle(.answered(result))
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(5)])
        let body = try #require(broker.published.first?.message.body)
        #expect(String(decoding: body, as: UTF8.self).contains("\"error\":\"The result has 2 bytes"))
    }

    @Test("A result whose delivery is gone is published by nobody until its task comes again")
    func gone() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let delivery = try delivery(on: settler)
        #expect(!delivery.isGone)
        broker.loseConnection()
        #expect(delivery.isGone)
        try await delivery.settle(.answered(result))
        #expect(broker.events == [] && settler.outstanding == 0 && settler.statistics.stale.value == 1)
        #expect(settler.takeKept(delivery.key)?.json == result.json)
        #expect(settler.takeKept(delivery.key) == nil)
    }

    @Test(
        "A result that is published in a cancelled task waits between its attempts all the same, and goes out",
        .timeLimit(.minutes(5))
    )
    func publishedWhenCancelled() async throws {
        let broker = AMQPFakeBroker([.failure(.nacked)])
        let clock = TestClock()
        let settler = settler(broker, clock: clock)
        let delivery = try delivery(on: settler)
        let settling = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await delivery.settle(.answered(result))
        }
        await clock.sleepers()
        #expect(broker.events.isEmpty)
        clock.advanceToNextSleeper()
        try await settling.value
        #expect(broker.events.last == .acked(5) && settler.statistics.answered.value == 1)
    }

    @Test("Waiting for everything to be settled ends with its task", .timeLimit(.minutes(5)))
    func idleWhenCancelled() async throws {
        let settler = settler(AMQPFakeBroker())
        let delivery = try delivery(on: settler)
        let waiting = Task { await settler.waitUntilIdle() }
        waiting.cancel()
        await waiting.value
        #expect(settler.outstanding == 1)
        try await delivery.settle(.answered(result))
    }

    @Test("What is to be passed on or given back is left alone once its delivery is gone")
    func goneOtherwise() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        for ending in [
            AMQPTaskDelivery.Ending.passedOn(to: TaskQueueName(.ready, pipeline: "moths")), .givenBack(reason: "test"),
        ] {
            let delivery = try delivery(on: settler)
            broker.loseConnection()
            try await delivery.settle(ending)
            #expect(settler.takeKept(delivery.key) == nil)
        }
        #expect(broker.events == [] && settler.outstanding == 0)
    }

    @Test("A delivery that is gone takes no place of the one that came after it")
    func goneJoins() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let task = try delivery(on: settler)
        broker.close(opening: 1)
        #expect(settler.join(.fake(.task("7"), tag: 1, opening: 2, isRedelivered: true), to: task.key))
        // It waited elsewhere for its turn while the channel was closed and opened again.
        #expect(!settler.join(.fake(.task("7"), tag: 6, opening: 1, isRedelivered: true), to: task.key))
        #expect(!task.isGone)
        try await task.settle(.answered(result))
        #expect(broker.events == [.published(id: "7", to: "antenna.results/answers"), .acked(1)])
    }

    @Test("Kept results keep to their limits, the oldest are forgotten first")
    func kept() throws {
        var kept = ResultsAwaitingRedelivery(limit: 3, byteLimit: 10)
        let names = try (0..<10).map { id in
            ResultKey(to: try TaskMessage(.task("\(id)"), pipeline: "moths"), from: Self.queue)
        }
        func result(_ bytes: Int) -> EncodedResult {
            EncodedResult(taskID: "7", json: [UInt8](repeating: 0, count: bytes), isError: false)
        }
        for name in names[..<5] { kept.add(result(2), of: name) }
        let (forgotten, taken) = (kept.take(names[1]), kept.take(names[2]))
        #expect(forgotten == nil && taken != nil && kept.count == 2)
        kept.add(result(9), of: names[9])
        #expect(kept.count == 1)
        kept.add(result(11), of: names[8])
        #expect(kept.count == 0)
    }

    @Test("What nobody can do is with the dead letters, with its reason, before it is acknowledged")
    func buried() async throws {
        let broker = AMQPFakeBroker([.failure(.nacked)])
        let settler = settler(broker)
        await settler.deadLetterInBackground(.fake(.task("7"), tag: 5), from: Self.queue, attempts: 3, reason: "poison")
        await settler.waitUntilIdle()
        #expect(broker.events == [.published(id: "7", to: "antenna.dead/moths"), .acked(5)])
        let letter = DeadLetter(.fake(try #require(broker.published.first?.message)))
        #expect(letter.reason == "poison" && letter.queue == "antenna.tasks.moths" && letter.attempts == 3)
        #expect(letter.original == .task("7"))
    }

    @Test("A letter that the broker takes from no publisher is buried by the broker")
    func buriedTooLarge() async throws {
        let broker = AMQPFakeBroker([.failure(.tooLarge)])
        let settler = settler(broker)
        await settler.deadLetterInBackground(.fake(.task("7"), tag: 5), from: Self.queue, attempts: 0, reason: "poison")
        await settler.waitUntilIdle()
        #expect(broker.events == [.rejected(5)] && settler.statistics.deadLettered.value == 1)
    }

    @Test("What is no task is buried beside the work, with one warning for twenty thousand of them")
    func garbage() async throws {
        let broker = AMQPFakeBroker()
        let log = CapturedLog()
        let settler = settler(broker, logger: log.logger)
        for tag in 1...20_000 {
            await settler.deadLetterInBackground(
                .fake(AMQPMessage(body: []), tag: UInt64(tag)),
                from: Self.queue,
                attempts: 0,
                reason: "garbage"
            )
        }
        await settler.waitUntilIdle()
        #expect(settler.statistics.deadLettered.value == 20_000 && broker.published.count == 20_000)
        #expect(log.warnings.count == 1)
    }

    @Test("A task is passed on as it came, and a redelivered one is marked")
    func passedOn() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        var message = AMQPMessage.task("7")
        message.headers = ["x-delivery-count": 2, "traceparent": "00-a", "mine": 3]
        try await delivery(message, on: settler, attempts: 2).settle(
            .passedOn(to: TaskQueueName(.ready, pipeline: "moths"))
        )
        #expect(broker.events == [.published(id: "7", to: "/antenna.ready.moths"), .acked(5)])
        let passed = try #require(broker.published.first?.message)
        #expect(passed.body == message.body && passed.correlationID == "c-7")
        #expect(passed.headers == ["traceparent": "00-a", "mine": 3, "x-antenna-redelivered": true])
    }

    @Test("What was passed on is known when it comes again because its acknowledgement was lost")
    func passedOnOnce() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let delivery = try delivery(on: settler)
        #expect(await !confirmed.contains(delivery.key))
        try await delivery.settle(.passedOn(to: TaskQueueName(.ready, pipeline: "moths")))
        #expect(await confirmed.contains(delivery.key))
    }

    @Test("A task that is passed on is counted in the other queue before it is no longer in hand here")
    func counted() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let seen = Mutex<[(events: Int, underWay: Int)]>([])
        try await delivery(on: settler).settle(
            .passedOn(to: TaskQueueName(.ready, pipeline: "moths")) {
                seen.withLock { $0.append((broker.events.count, settler.underWay(from: Self.queue))) }
            }
        )
        #expect(seen.withLock { $0.map(\.events) } == [1] && seen.withLock { $0.map(\.underWay) } == [1])
        #expect(broker.events.count == 2 && settler.underWay(from: Self.queue) == 0)
    }

    @Test("Of a copy that was put back, too, what is passed on is marked: the first one may be there as well")
    func passedOnCopy() async throws {
        let broker = AMQPFakeBroker()
        var message = AMQPMessage.task("7")
        message.headers = ["x-antenna-redelivered": true]
        try await delivery(message, on: settler(broker)).settle(
            .passedOn(to: TaskQueueName(.ready, pipeline: "moths"))
        )
        #expect(broker.published.first?.message.headers == ["x-antenna-redelivered": true])
    }

    @Test("A second settlement does nothing, a forgotten one gives the task back")
    func once() async throws {
        let broker = AMQPFakeBroker()
        let settler = settler(broker)
        let settled = try delivery(on: settler)
        try await settled.settle(.givenBack(reason: "test"))
        try await settled.settle(.answered(result))
        #expect(broker.events == [.nacked(5)])
        _ = try delivery(on: settler)
        await settler.waitUntilIdle()
        #expect(broker.events == [.nacked(5), .nacked(5)])
        #expect(settler.outstanding == 0)
    }
}
