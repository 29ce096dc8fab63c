import Telemetry
import Testing

@testable import Transport

@Suite("One channel, without a broker")
struct AMQPChannelStateMachineTests {
    private let now = ContinuousClock.now

    /// A machine with what it did, as text.
    private struct Channel {
        var machine: AMQPChannelStateMachine
        var openings: UInt64 = 4

        init(confirms: Bool, limit: Int = 100) {
            machine = AMQPChannelStateMachine(
                number: 2,
                confirms: confirms,
                timeout: .seconds(5),
                messageLimit: limit
            )
        }

        mutating func receive(_ frame: AMQPChannelFrame) -> [String] {
            machine.receive(frame, openings: &openings).map(Self.text)
        }

        mutating func body(_ text: String) -> [String] {
            Array(text.utf8).withUnsafeBytes { bytes in
                machine.receive(.body(bytes), openings: &openings).map(Self.text)
            }
        }

        static func text(_ action: AMQPChannelStateMachine.Action) -> String {
            func outcome<Value>(_ result: Result<Value, TransportError>) -> String {
                switch result {
                case .success: "ok"
                case .failure(let error): error.code.rawValue
                }
            }
            return switch action {
            case .deliver(let delivery, let tag):
                "deliver \(delivery.deliveryTag) \(String(decoding: delivery.message.body, as: UTF8.self)) to \(tag)"
            case .complete(let id, .success(.message(let delivery, _))):
                "complete \(id) with \(delivery.message.body.count) bytes, without \(delivery.omittedBytes)"
            case .complete(let id, let result): "complete \(id) \(outcome(result))"
            case .refused(let id, let error): "refused \(id) \(error.code.rawValue)"
            case .settle(let id, let result): "settle \(id) \(outcome(result))"
            case .refuse(let tag, let bytes): "refuse \(tag) \(bytes)"
            case .consumerCancelled(let tag): "cancelled \(tag)"
            case .confirmClose(let error): "confirm close \(error.nativeCode ?? 0)"
            case .opened(let epoch): "opened \(epoch.opening)"
            case .fail(let error): "fail \(error.code.rawValue)"
            }
        }

        mutating func open(now: ContinuousClock.Instant) {
            _ = machine.next(now: now, isNeeded: true)
            _ = receive(.reply(.channelOpened))
            if machine.next(now: now, isNeeded: true) == .selectConfirms { _ = receive(.reply(.confirmsSelected)) }
        }
    }

    private func deliver(_ tag: UInt64) -> AMQPChannelFrame {
        .deliver(consumerTag: "c", deliveryTag: tag, isRedelivered: false, exchange: "", routingKey: "q")
    }

    @Test("Opens on demand, selects confirms, sends one request at a time")
    func opening() {
        var channel = Channel(confirms: true)
        #expect(channel.machine.next(now: now, isNeeded: false) == nil)
        channel.machine.enqueue(.purge(queue: "a"), id: 1)
        channel.machine.enqueue(.purge(queue: "b"), id: 2)
        let asked = (0..<2).map { _ in channel.machine.next(now: now, isNeeded: false) }
        #expect(asked == [.openChannel, nil] && channel.machine.deadline == now + .seconds(5))
        #expect(channel.receive(.reply(.channelOpened)) == [])
        #expect(channel.machine.next(now: now, isNeeded: false) == .selectConfirms)
        #expect(!channel.machine.isOpen)
        #expect(channel.receive(.reply(.confirmsSelected)) == ["opened 5"])
        let then = (0..<2).map { _ in channel.machine.next(now: now, isNeeded: false) }
        #expect(then == [.purge(queue: "a"), nil])
        #expect(channel.receive(.reply(.purged(messages: 3))) == ["complete 1 ok"])
        #expect(channel.machine.next(now: now, isNeeded: false) == .purge(queue: "b"))
    }

    @Test("A delivery is put together from pieces, and only when whole handed on")
    func assembly() {
        var channel = Channel(confirms: false)
        channel.open(now: now)
        #expect(channel.receive(deliver(1)) == [])
        #expect(channel.receive(.header(bodySize: 5, message: AMQPMessage(body: []))) == [])
        #expect(channel.body("he") == [])
        #expect(channel.body("llo") == ["deliver 1 hello to c"])
        _ = channel.receive(deliver(2))
        #expect(channel.receive(.header(bodySize: 0, message: AMQPMessage(body: []))) == ["deliver 2  to c"])
    }

    @Test("Frames in the wrong order end the connection, never make a message")
    func reordered() {
        func fails(_ frames: (inout Channel) -> [String]) -> Bool {
            var channel = Channel(confirms: false)
            channel.open(now: now)
            return frames(&channel) == ["fail protocolViolation"]
        }
        let header = AMQPChannelFrame.header(bodySize: 5, message: AMQPMessage(body: []))
        #expect(fails { $0.receive(header) })
        #expect(fails { $0.body("x") })
        #expect(
            fails {
                _ = $0.receive(deliver(1))
                return $0.receive(deliver(2))
            }
        )
        #expect(
            fails {
                _ = $0.receive(deliver(1))
                return $0.body("x")
            }
        )
        #expect(
            fails {
                _ = $0.receive(deliver(1))
                _ = $0.receive(header)
                return $0.body("longer")
            }
        )
        #expect(
            fails {
                _ = $0.receive(deliver(1))
                return $0.receive(.acked(tag: 1, multiple: false))
            }
        )
        #expect(fails { $0.receive(.reply(.purged(messages: 0))) })
        #expect(fails { $0.receive(.unexpected(method: 1)) })
        #expect(fails { $0.receive(.acked(tag: 1, multiple: false)) })
        #expect(
            fails { channel in
                channel.machine.enqueue(.cancel(consumerTag: "mine"), id: 1)
                _ = channel.machine.next(now: now, isNeeded: false)
                return channel.receive(.reply(.cancelled(consumerTag: "yours")))
            }
        )
    }

    @Test("A message above the limit is read past and refused, the next one is fine")
    func tooLarge() {
        var channel = Channel(confirms: false, limit: 4)
        channel.open(now: now)
        _ = channel.receive(deliver(1))
        _ = channel.receive(.header(bodySize: 6, message: AMQPMessage(body: [])))
        #expect(channel.body("abc") == [])
        #expect(channel.body("def") == ["refuse 1 6"])
        _ = channel.receive(deliver(2))
        _ = channel.receive(.header(bodySize: 4, message: AMQPMessage(body: [])))
        #expect(channel.body("good") == ["deliver 2 good to c"])
        channel.machine.enqueue(.get(queue: "q"), id: 9)
        _ = channel.machine.next(now: now, isNeeded: false)
        _ = channel.receive(
            .fetched(deliveryTag: 3, isRedelivered: false, exchange: "", routingKey: "q", remaining: 0)
        )
        _ = channel.receive(.header(bodySize: 5, message: AMQPMessage(body: [])))
        #expect(channel.body("large") == ["complete 9 with 0 bytes, without 5"])
    }

    @Test("A close by the broker fails what is on the channel; what waits goes out on the next one")
    func closedByBroker() {
        var channel = Channel(confirms: true)
        channel.open(now: now)
        channel.machine.published(id: 7, identity: .init(messageID: nil, exchange: "", routingKey: "q"), now: now)
        channel.machine.enqueue(.declare(.queue(name: "a", passive: true)), id: 1)
        channel.machine.enqueue(.purge(queue: "b"), id: 2)
        _ = channel.machine.next(now: now, isNeeded: false)
        let epoch = channel.machine.epoch
        #expect(
            channel.receive(.closed(code: 404, reason: "NOT_FOUND"))
                == ["refused 1 notFound", "settle 7 notFound", "confirm close 404"]
        )
        #expect(!channel.machine.isOpen && channel.machine.oldestUnconfirmed == nil)
        channel.open(now: now)
        #expect(channel.machine.epoch != epoch)
        #expect(channel.machine.next(now: now, isNeeded: false) == .purge(queue: "b"))
    }

    @Test("A lost connection in the middle of a message leaves nothing behind")
    func lost() {
        var channel = Channel(confirms: false)
        channel.open(now: now)
        _ = channel.receive(deliver(1))
        _ = channel.receive(.header(bodySize: 5, message: AMQPMessage(body: [])))
        _ = channel.body("he")
        let error = TransportError(.closed, operation: "test", message: "gone")
        #expect(channel.machine.connectionLost(error).isEmpty)
        channel.open(now: now)
        _ = channel.receive(deliver(1))
        _ = channel.receive(.header(bodySize: 2, message: AMQPMessage(body: [])))
        #expect(channel.body("ok") == ["deliver 1 ok to c"])
    }

    @Test("A return is paired with its message before the confirm comes")
    func returned() {
        var channel = Channel(confirms: true)
        channel.open(now: now)
        for id in 1...2 as ClosedRange<UInt64> {
            channel.machine.published(
                id: id,
                identity: .init(messageID: "m\(id)", exchange: "x", routingKey: "q"),
                now: now
            )
        }
        _ = channel.receive(.returned(code: 312, reason: "NO_ROUTE", exchange: "x", routingKey: "q"))
        _ = channel.receive(.header(bodySize: 3, message: AMQPMessage(body: [], messageID: "m1")))
        #expect(channel.body("abc") == [])
        #expect(channel.receive(.acked(tag: 2, multiple: true)) == ["settle 1 unroutable", "settle 2 ok"])
        _ = channel.receive(.returned(code: 312, reason: "NO_ROUTE", exchange: "x", routingKey: "q"))
        #expect(
            channel.receive(.header(bodySize: 0, message: AMQPMessage(body: [], messageID: "m3")))
                == ["fail protocolViolation"]
        )
    }

    @Test("A consumer's start that is confirmed twice is confirmed; that of another one ends the connection")
    func begunTwice() {
        var channel = Channel(confirms: false)
        channel.open(now: now)
        for tag in ["a", "b"] { channel.machine.enqueue(.consume(queue: "q", consumerTag: tag, arguments: [:]), id: 1) }
        _ = channel.machine.next(now: now, isNeeded: false)
        #expect(channel.receive(.reply(.consuming(consumerTag: "a"))) == ["complete 1 ok"])
        #expect(channel.receive(.reply(.consuming(consumerTag: "a"))) == [])
        _ = channel.machine.next(now: now, isNeeded: false)
        #expect(channel.receive(.reply(.consuming(consumerTag: "a"))) == [])
        #expect(channel.receive(.reply(.consuming(consumerTag: "b"))) == ["complete 1 ok"])
        #expect(channel.receive(.reply(.consuming(consumerTag: "c"))) == ["fail protocolViolation"])
        let error = TransportError(.closed, operation: "test", message: "gone")
        _ = channel.machine.connectionLost(error)
        channel.open(now: now)
        #expect(channel.receive(.reply(.consuming(consumerTag: "a"))) == ["fail protocolViolation"])
    }

    @Test("A channel is renewed once every message on it has its fate, and counts from one again")
    func renewed() {
        var channel = Channel(confirms: true)
        channel.open(now: now)
        for id in 1...2 as ClosedRange<UInt64> {
            channel.machine.published(id: id, identity: .init(messageID: nil, exchange: "", routingKey: "q"), now: now)
        }
        channel.machine.renew()
        #expect(!channel.machine.isOpen && channel.machine.next(now: now, isNeeded: true) == nil)
        #expect(channel.receive(.nacked(tag: 2, multiple: true)) == ["settle 1 nacked", "settle 2 nacked"])
        #expect(channel.machine.next(now: now, isNeeded: true) == .closeChannel)
        #expect(channel.receive(.acked(tag: 2, multiple: false)) == [])
        #expect(channel.receive(.reply(.channelClosed)) == [])
        channel.open(now: now)
        #expect(channel.machine.isOpen)
        channel.machine.published(id: 3, identity: .init(messageID: nil, exchange: "", routingKey: "q"), now: now)
        #expect(channel.receive(.acked(tag: 1, multiple: false)) == ["settle 3 ok"])
    }

    @Test("The oldest message without a fate is known by when its last part went out")
    func oldestUnconfirmed() {
        var channel = Channel(confirms: true)
        channel.open(now: now)
        #expect(channel.machine.oldestUnconfirmed == nil)
        for id in 1...2 as ClosedRange<UInt64> {
            channel.machine.published(
                id: id,
                identity: .init(messageID: nil, exchange: "", routingKey: "q"),
                now: now + .seconds(id * 10)
            )
            channel.machine.sentPart(now: now + .seconds(id * 10 + 1))
        }
        #expect(channel.machine.oldestUnconfirmed == now + .seconds(11))
        _ = channel.receive(.acked(tag: 1, multiple: false))
        #expect(channel.machine.oldestUnconfirmed == now + .seconds(21))
        _ = channel.receive(.acked(tag: 2, multiple: false))
        #expect(channel.machine.oldestUnconfirmed == nil)
    }
}
