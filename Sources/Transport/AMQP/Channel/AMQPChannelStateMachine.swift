import DequeModule
import Telemetry

/// Decides what one channel does next: its opening, its requests one at a time, its messages, its confirms, its end.
///
/// Pure: frames and requests go in, actions come out, and the connection's thread carries them out. Time comes in as an instant.
struct AMQPChannelStateMachine {
    /// Something for the connection's thread to do.
    enum Action {
        case deliver(AMQPDelivery, consumerTag: String)
        case complete(request: UInt64, Result<AMQPReply, TransportError>)
        /// The broker closed the channel because of this request.
        case refused(request: UInt64, TransportError)
        case settle(publish: UInt64, Result<Void, TransportError>)
        /// The delivery is too large to take: reject it, so that it goes to the dead letters.
        case refuse(deliveryTag: UInt64, bytes: UInt64)
        case consumerCancelled(consumerTag: String)
        /// Confirm that the broker closed the channel; whatever was open on it is gone.
        case confirmClose(TransportError)
        /// The channel is open in this epoch, requests may go out.
        case opened(AMQPChannelEpoch)
        /// The broker broke the protocol: the connection cannot go on.
        case fail(TransportError)
    }

    private enum Phase: Equatable {
        case closed
        case opening
        case selectingConfirms
        case open
        /// Closed as soon as every message has its fate, to be opened anew.
        case ending
        case closing
    }

    private struct Outstanding {
        let id: UInt64?
        let request: AMQPRequest
        let deadline: ContinuousClock.Instant
    }

    let number: UInt16
    private let confirms: Bool
    private let timeout: Duration
    private let messageLimit: Int
    private var phase = Phase.closed
    private var waiting: Deque<(id: UInt64, request: AMQPRequest)> = []
    private var outstanding: Outstanding?
    private var assembly: AMQPAssembly
    private var window = AMQPConfirmWindow()
    private(set) var epoch: AMQPChannelEpoch
    /// The consumers whose start the broker has confirmed.
    private var begun: Set<String> = []

    /// - Parameters:
    ///   - number: The channel number, from 1.
    ///   - confirms: Whether publishes on it are confirmed.
    ///   - timeout: How long the broker may take to answer a request.
    ///   - messageLimit: The most bytes of a body that are taken.
    init(number: UInt16, confirms: Bool, timeout: Duration, messageLimit: Int) {
        self.number = number
        self.confirms = confirms
        self.timeout = timeout
        self.messageLimit = messageLimit
        assembly = AMQPAssembly(limit: messageLimit)
        epoch = AMQPChannelEpoch(channel: number, opening: 0)
    }

    /// Whether publishes and acknowledgements may be sent.
    var isOpen: Bool { phase == .open }

    /// When the oldest publish without a fate went out.
    var oldestUnconfirmed: ContinuousClock.Instant? { window.oldestSentAt }

    /// When the request that is out must have been answered.
    var deadline: ContinuousClock.Instant? { outstanding?.deadline }

    /// Queues a request; it goes out once all before it are answered.
    mutating func enqueue(_ request: AMQPRequest, id: UInt64) {
        waiting.append((id, request))
    }

    /// The next request to send, if one may be sent now.
    ///
    /// - Parameters:
    ///   - now: The moment from which the time limit counts.
    ///   - isNeeded: Whether the channel is to be opened even if no request waits.
    /// - Returns: What to send, or `nil` while an answer is awaited or there is nothing to ask.
    mutating func next(now: ContinuousClock.Instant, isNeeded: Bool) -> AMQPRequest? {
        guard outstanding == nil else { return nil }
        switch phase {
        case .closed:
            guard isNeeded || !waiting.isEmpty else { return nil }
            phase = .opening
            return send(.openChannel, id: nil, now: now)
        case .selectingConfirms:
            return send(.selectConfirms, id: nil, now: now)
        case .open:
            guard let (id, request) = waiting.popFirst() else { return nil }
            return send(request, id: id, now: now)
        case .ending:
            guard window.count == 0 else { return nil }
            phase = .closing
            return send(.closeChannel, id: nil, now: now)
        case .opening, .closing:
            return nil
        }
    }

    /// Closes the channel once every message on it has its fate; the next need opens it anew.
    mutating func renew() {
        if phase == .open { phase = .ending }
    }

    /// Notes that a message goes out now.
    mutating func published(id: UInt64, identity: AMQPConfirmWindow.Identity, now: ContinuousClock.Instant) {
        window.add(id: id, identity: identity, now: now)
    }

    /// Notes that a further part of that message goes out now.
    mutating func sentPart(now: ContinuousClock.Instant) {
        window.sentPart(now: now)
    }

    /// Takes a frame of this channel.
    ///
    /// - Parameters:
    ///   - frame: The frame.
    ///   - openings: How often a channel was opened on this connection object before; counted up when this one opens.
    /// - Returns: What to do, in this order.
    mutating func receive(_ frame: AMQPChannelFrame, openings: inout UInt64) -> [Action] {
        do throws(AMQPAssembly.Fault) {
            switch frame {
            case .header(let size, let message):
                return try assembly.header(size: size, message: message).map { finish($0) } ?? []
            case .body(let bytes):
                return try assembly.body(bytes).map { finish($0) } ?? []
            case .closed(let code, let reason):
                return closed(code: code, reason: reason)
            case .deliver(let consumer, let tag, let redelivered, let exchange, let key):
                try assembly.begin(
                    .deliver(
                        consumerTag: consumer,
                        deliveryTag: tag,
                        isRedelivered: redelivered,
                        exchange: exchange,
                        routingKey: key
                    )
                )
                return []
            case .fetched(let tag, let redelivered, let exchange, let key, let remaining):
                try assembly.begin(
                    .fetched(
                        deliveryTag: tag,
                        isRedelivered: redelivered,
                        exchange: exchange,
                        routingKey: key,
                        remaining: remaining
                    )
                )
                return []
            case .returned(let code, let reason, let exchange, let key):
                try assembly.begin(.returned(code: code, reason: reason, exchange: exchange, routingKey: key))
                return []
            case .acked, .nacked, .consumerCancelled, .reply, .unexpected:
                guard !assembly.isBusy else { throw AMQPAssembly.Fault(sentence: "a method in a message") }
                return receiveMethod(frame, openings: &openings)
            }
        } catch {
            return [.fail(Self.violation("frames out of order: \(error.sentence)"))]
        }
    }

    /// Ends everything on the channel because the connection is gone; requests not yet sent stay queued.
    mutating func connectionLost(_ error: TransportError) -> [Action] {
        var actions: [Action] = window.abandon().map { .settle(publish: $0, .failure(error)) }
        if let id = outstanding?.id { actions.append(.complete(request: id, .failure(error))) }
        outstanding = nil
        phase = .closed
        begun = []
        assembly = AMQPAssembly(limit: messageLimit)
        return actions
    }

    /// Gives up the requests that wait to be sent, because the connection object is closed for good.
    mutating func abandonWaiting(_ error: TransportError) -> [Action] {
        defer { waiting = [] }
        return waiting.map { .complete(request: $0.id, .failure(error)) }
    }

    private mutating func send(_ request: AMQPRequest, id: UInt64?, now: ContinuousClock.Instant) -> AMQPRequest {
        outstanding = Outstanding(id: id, request: request, deadline: now + timeout)
        return request
    }

    private mutating func closed(code: UInt16, reason: String) -> [Action] {
        let operation = outstanding?.request.operation ?? (confirms ? "message.publish" : "channel.keep")
        let error = TransportError.amqp(replyCode: code, reason: reason, operation: operation)
        let refused = outstanding?.id.map { [Action.refused(request: $0, error)] } ?? []
        outstanding = nil
        return refused + connectionLost(error) + [.confirmClose(error)]
    }

    private mutating func receiveMethod(_ frame: AMQPChannelFrame, openings: inout UInt64) -> [Action] {
        switch frame {
        case .acked(let tag, let multiple): confirm(tag: tag, multiple: multiple, positive: true)
        case .nacked(let tag, let multiple): confirm(tag: tag, multiple: multiple, positive: false)
        case .consumerCancelled(let tag): [.consumerCancelled(consumerTag: tag)]
        case .reply(let reply): answered(reply, openings: &openings)
        case .unexpected(let method): [.fail(Self.violation("method \(method) that we cannot have asked for"))]
        case .deliver, .fetched, .returned, .header, .body, .closed: []
        }
    }

    private mutating func confirm(tag: UInt64, multiple: Bool, positive: Bool) -> [Action] {
        do throws(AMQPConfirmWindow.UnknownTag) {
            return try window.confirm(tag: tag, multiple: multiple, positive: positive).map { settled in
                .settle(publish: settled.id, TransportError.result(of: settled.fate))
            }
        } catch {
            return [.fail(Self.violation("a confirm for message \(error.tag), which was never published"))]
        }
    }

    private mutating func answered(_ reply: AMQPReply, openings: inout UInt64) -> [Action] {
        guard let outstanding, reply.answers(outstanding.request) else {
            // RabbitMQ 3.10 may say it twice when two workers begin on a queue that was made just before.
            if case .consuming(let tag) = reply, begun.contains(tag) { return [] }
            return [.fail(Self.violation("an answer that does not fit what was asked"))]
        }
        self.outstanding = nil
        if case .consuming(let tag) = reply { begun.insert(tag) }
        if let id = outstanding.id { return [.complete(request: id, .success(reply))] }
        if phase == .opening && confirms {
            phase = .selectingConfirms
            return []
        }
        if phase == .closing {
            phase = .closed
            // The broker counts from one again.
            window = AMQPConfirmWindow()
            return []
        }
        phase = .open
        openings += 1
        epoch = AMQPChannelEpoch(channel: number, opening: openings)
        return [.opened(epoch)]
    }

    private mutating func finish(_ whole: AMQPAssembly.Whole) -> [Action] {
        switch whole.envelope {
        case .deliver(let consumer, let tag, let redelivered, let exchange, let key):
            if whole.isTooLarge { return [.refuse(deliveryTag: tag, bytes: whole.size)] }
            return [.deliver(delivery(whole.message, tag, redelivered, exchange, key), consumerTag: consumer)]
        case .fetched(let tag, let redelivered, let exchange, let key, let remaining):
            guard let request = outstanding, case .get = request.request, let id = request.id else {
                return [.fail(Self.violation("a fetched message that was not asked for"))]
            }
            outstanding = nil
            var delivery = delivery(whole.message, tag, redelivered, exchange, key)
            // Not put back here: the next one asked for would be the same.
            if whole.isTooLarge { delivery.omittedBytes = whole.size }
            return [.complete(request: id, .success(.message(delivery, remaining: remaining)))]
        case .returned(let code, let reason, let exchange, let key):
            let identity = AMQPConfirmWindow.Identity(
                messageID: whole.message.messageID,
                exchange: exchange,
                routingKey: key
            )
            guard window.noteReturn(identity, code: code, reason: reason) else {
                return [.fail(Self.violation("a returned message that was never published"))]
            }
            return []
        }
    }

    private func delivery(
        _ message: AMQPMessage,
        _ tag: UInt64,
        _ redelivered: Bool,
        _ exchange: String,
        _ key: String
    ) -> AMQPDelivery {
        AMQPDelivery(
            message: message,
            exchange: exchange,
            routingKey: key,
            isRedelivered: redelivered,
            deliveryTag: tag,
            epoch: epoch
        )
    }
}
