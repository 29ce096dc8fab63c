import Testing

@testable import Broker
@testable import Transport

@Suite("Deliveries of tasks in hand")
struct DeliveriesInHandTests {
    private let queue = TaskQueueName(.tasks, pipeline: "moths")

    private func name() throws -> ResultKey {
        ResultKey(to: try TaskMessage(.task("7"), pipeline: "moths"), from: queue)
    }

    /// A delivery that the broker has counted so often, on the channel that was opened as so many-th.
    private func delivery(counted: Int, opening: UInt64) -> AMQPDelivery {
        var message = AMQPMessage.task("7")
        message.headers["x-delivery-count"] = .int(Int64(counted))
        return .fake(message, opening: opening, isRedelivered: counted > 0)
    }

    @Test("A second copy of a task is work of its own, and its end leaves the first where a redelivery finds it")
    func copies() throws {
        var hand = DeliveriesInHand()
        let name = try name()
        let first = hand.take(delivery(counted: 0, opening: 1), of: name, from: queue, tried: 0, now: .now)
        let second = hand.take(delivery(counted: 0, opening: 1), of: name, from: queue, tried: 0, now: .now)
        #expect(hand.count(from: queue) == 2)
        _ = hand.release(second) { _ in false }
        let again = delivery(counted: 1, opening: 2)
        let isJoined = hand.join(again, to: name, now: .now)
        #expect(isJoined && hand.latest(first) == again && hand.count(from: queue) == 1)
        let settled = [hand.release(first) { _ in false }, hand.release(first) { _ in false }]
        #expect(settled == [[again], []] && hand.count(from: queue) == 0)
        let isJoinedLate = hand.join(again, to: name, now: .now)
        #expect(!isJoinedLate)
    }

    @Test("A task is as old as its latest delivery")
    func age() throws {
        var hand = DeliveriesInHand()
        let (name, start) = (try name(), ContinuousClock.now)
        _ = hand.take(delivery(counted: 0, opening: 1), of: name, from: queue, tried: 0, now: start)
        _ = hand.join(delivery(counted: 1, opening: 2), to: name, now: start + .seconds(5))
        #expect(hand.oldest { _ in true } == start + .seconds(5))
        #expect(hand.oldest { $0.epoch.opening == 1 } == nil)
    }

    @Test("Another copy on the same channel says nothing of how often the first was tried")
    func sameChannel() throws {
        var hand = DeliveriesInHand()
        let name = try name()
        let id = hand.take(delivery(counted: 0, opening: 1), of: name, from: queue, tried: 0, now: .now)
        _ = hand.join(delivery(counted: 5, opening: 1), to: name, now: .now)
        #expect(hand.tried(id) == 0)
        let settled = hand.release(id) { _ in false }
        #expect(settled.count == 2, "both have to be settled")
    }
}
