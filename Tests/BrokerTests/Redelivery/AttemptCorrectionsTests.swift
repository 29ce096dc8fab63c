import Logging
import TestSupport
import Testing

@testable import Broker
@testable import Transport

@Suite("A lost connection is no attempt", .timeLimit(.minutes(5)))
struct AttemptCorrectionsTests {
    private let queue = TaskQueueName(.tasks, pipeline: "moths")
    private let broker = AMQPFakeBroker()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func name(_ id: String = "7") throws -> ResultKey {
        ResultKey(to: try TaskMessage(.task(id), pipeline: "moths"), from: queue)
    }

    /// A delivery of a task, on a channel of its own, that the broker has counted so often.
    private func delivery(counted: Int, opening: UInt64) -> AMQPDelivery {
        var message = AMQPMessage.task("7")
        message.headers["x-delivery-count"] = .int(Int64(counted))
        return .fake(message, opening: opening, isRedelivered: counted > 0)
    }

    @Test("However often this worker loses it, only what others try counts")
    func lost() throws {
        var known = AttemptCorrections()
        let name = try name()
        var (counted, tried) = (0, 0)
        for _ in 0..<10 {
            tried = known.attempts(of: name, counted: counted)
            #expect(tried == 0)
            known.leave(name, counted: counted, tried: tried, isLost: true)
            counted += 1
        }
        // Two workers have died with it since.
        tried = known.attempts(of: name, counted: counted + 2)
        #expect(tried == 2)
        known.leave(name, counted: counted + 2, tried: tried, isLost: true)
        #expect(known.attempts(of: name, counted: counted + 3) == 2)
    }

    @Test("What is given back counts beside what was lost, and a broker that does not count losses is believed")
    func givenBack() throws {
        var known = AttemptCorrections()
        let name = try name()
        known.leave(name, counted: 3, tried: 1, isLost: true)
        #expect(known.attempts(of: name, counted: 3) == 1, "a broker that counts no loss")
        #expect(known.attempts(of: name, counted: 4) == 1)
        known.leave(name, counted: 4, tried: 1, isLost: false)
        #expect(known.attempts(of: name, counted: 5) == 2)
        #expect(known.attempts(of: name, counted: 1) == 1, "a fresh copy says it by itself")
    }

    @Test("No more tasks are remembered than fit, the oldest go first, and nothing is remembered of others")
    func bounded() throws {
        var known = AttemptCorrections(limit: 2)
        for id in 0..<3 { known.leave(try name("\(id)"), counted: 0, tried: 0, isLost: true) }
        known.leave(try name("other"), counted: 4, tried: 4, isLost: false)
        #expect(known.count == 2)
        #expect(try known.attempts(of: name("0"), counted: 1) == 1 && known.attempts(of: name("2"), counted: 1) == 0)
    }

    @Test("A task that was forgotten and comes again is the youngest")
    func forgotten() throws {
        var known = AttemptCorrections(limit: 2)
        let (first, second, third) = (try name("1"), try name("2"), try name("3"))
        known.leave(first, counted: 0, tried: 0, isLost: true)
        known.leave(first, counted: 1, tried: 1, isLost: false)
        #expect(known.count == 0)
        for name in [second, first, third] { known.leave(name, counted: 0, tried: 0, isLost: true) }
        #expect(known.attempts(of: second, counted: 1) == 1 && known.attempts(of: first, counted: 1) == 0)
    }

    @Test("A task was never tried more often than the broker has counted")
    func most() throws {
        var known = AttemptCorrections()
        known.leave(try name(), counted: 1, tried: 5, isLost: true)
        #expect(try known.attempts(of: name(), counted: 2) == 2)
    }

    @Test("A task that is dropped with its connection comes again untried", arguments: [true, false])
    func begun(isGivenBack: Bool) async throws {
        let clock = TestClock()
        let settler = AMQPTaskSettler(testing: broker, clock: clock, logger: logger)
        for counted in 0..<8 {
            let delivery = delivery(counted: counted, opening: UInt64(counted) + 1)
            let attempts = try settler.attempts(of: name(), at: delivery, from: queue)
            #expect(attempts == 0)
            let task = AMQPTaskDelivery(
                message: try TaskMessage(delivery.message, pipeline: "moths"),
                queue: queue,
                attempts: attempts,
                delivery: delivery,
                settler: settler,
                logger: logger
            )
            if isGivenBack {
                // It waits before it is given back, and meanwhile the connection is lost.
                let settling = Task { try await task.settle(.givenBack(reason: "no memory")) }
                await clock.sleepers()
                broker.loseConnection()
                clock.advanceToNextSleeper()
                try await settling.value
            } else {
                broker.loseConnection()
                try await task.settle(.givenBack(reason: "its delivery is gone"))
            }
            #expect(settler.outstanding == 0)
            broker.reconnect()
        }
    }

    @Test("A task that is worked on while its connection is lost counts what others tried in between")
    func joined() throws {
        var hand = DeliveriesInHand()
        let name = try name()
        let id = hand.take(delivery(counted: 1, opening: 1), of: name, from: queue, tried: 1, now: .now)
        for opening in 2...4 as ClosedRange<UInt64> {
            let isJoined = hand.join(delivery(counted: Int(opening), opening: opening), to: name, now: .now)
            #expect(isJoined)
        }
        #expect(hand.tried(id) == 1)
        _ = hand.join(delivery(counted: 6, opening: 5), to: name, now: .now)
        #expect(hand.tried(id) == 2)
        _ = hand.release(id) { _ in true }
        #expect(hand.attempts(of: name, at: delivery(counted: 7, opening: 6), from: queue) == 2)
    }
}
