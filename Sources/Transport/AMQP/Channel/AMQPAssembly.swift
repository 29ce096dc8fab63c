/// A message being put together from the frames of one channel.
///
/// Pure. A method that carries content is followed by one header and as many body frames as the header's size asks for; no other
/// method of that channel may come in between.
struct AMQPAssembly {
    /// The method that announced the content.
    enum Envelope: Equatable {
        case deliver(
            consumerTag: String,
            deliveryTag: UInt64,
            isRedelivered: Bool,
            exchange: String,
            routingKey: String
        )
        case fetched(deliveryTag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String, remaining: Int)
        case returned(code: UInt16, reason: String, exchange: String, routingKey: String)
    }

    /// Frames that do not make a message; the sentence says how.
    struct Fault: Error, Equatable {
        let sentence: String
    }

    /// A message that has arrived whole.
    struct Whole {
        let envelope: Envelope
        let message: AMQPMessage
        /// The number of bytes the header announced; more than the body has when it was left out.
        let size: UInt64
        /// Whether the body was left out because it is larger than the limit.
        let isTooLarge: Bool
    }

    private enum State {
        case idle
        case awaitsHeader(Envelope)
        case awaitsBody(Envelope, AMQPMessage, size: UInt64)
        case skipsBody(Envelope, AMQPMessage, size: UInt64, left: UInt64)
    }

    private var state = State.idle
    private let limit: Int

    /// - Parameter limit: The most bytes of a body that are kept; a longer one is read past, so that one huge message cannot end the
    ///   connection again and again.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether a message is incomplete.
    var isBusy: Bool {
        if case .idle = state { false } else { true }
    }

    /// Takes the announcing method.
    mutating func begin(_ envelope: Envelope) throws(Fault) {
        guard !isBusy else { throw Fault(sentence: "a new message began inside another") }
        state = .awaitsHeader(envelope)
    }

    /// Takes the header; returns the message if it has no body.
    mutating func header(size: UInt64, message: AMQPMessage) throws(Fault) -> Whole? {
        guard case .awaitsHeader(let envelope) = state else {
            throw Fault(sentence: "a content header that no method announced")
        }
        if size == 0 {
            state = .idle
            return Whole(envelope: envelope, message: message, size: size, isTooLarge: false)
        }
        if size > UInt64(limit) || envelope.isReturn {
            state = .skipsBody(envelope, message, size: size, left: size)
        } else {
            var message = message
            // A header only says so: more is taken as it comes.
            message.body.reserveCapacity(Int(min(size, 1 << 20)))
            state = .awaitsBody(envelope, message, size: size)
        }
        return nil
    }

    /// Takes a piece of the body; returns the message when it is whole.
    mutating func body(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> Whole? {
        switch state {
        case .awaitsBody(let envelope, var message, let size):
            // Emptied first, so that the bytes are appended in place rather than to a copy.
            state = .idle
            message.body.append(contentsOf: bytes)
            let received = UInt64(message.body.count)
            guard received <= size else { throw Fault(sentence: "a body longer than its header said") }
            if received == size {
                return Whole(envelope: envelope, message: message, size: size, isTooLarge: false)
            }
            state = .awaitsBody(envelope, message, size: size)
        case .skipsBody(let envelope, let message, let size, let left):
            guard UInt64(bytes.count) <= left else { throw Fault(sentence: "a body longer than its header said") }
            if UInt64(bytes.count) == left {
                state = .idle
                let isTooLarge = size > UInt64(limit)
                return Whole(envelope: envelope, message: message, size: size, isTooLarge: isTooLarge)
            }
            state = .skipsBody(envelope, message, size: size, left: left - UInt64(bytes.count))
        case .idle, .awaitsHeader:
            throw Fault(sentence: "a body that no content header announced")
        }
        return nil
    }
}

extension AMQPAssembly.Envelope {
    /// Whether it announces one of our own messages coming back, of which the body is known.
    var isReturn: Bool {
        if case .returned = self { true } else { false }
    }
}
