import Telemetry

/// Something to have on the broker: a queue, an exchange, a binding.
package enum AMQPDeclaration: Sendable, Hashable {
    /// A queue.
    ///
    /// Passive only checks that it exists.
    case queue(
        name: String,
        durable: Bool = true,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        arguments: [String: AMQPValue] = [:],
        passive: Bool = false
    )
    /// An exchange of a type such as `topic`, `direct` or `fanout`.
    ///
    /// Passive only checks that it exists.
    case exchange(name: String, type: String, durable: Bool = true, passive: Bool = false)
    /// A binding of a queue to an exchange.
    case binding(queue: String, exchange: String, routingKey: String)

    /// Whether this creates something, and so is worth repeating after a reconnect.
    var isActive: Bool {
        switch self {
        case .queue(_, _, _, _, _, let passive): !passive
        case .exchange(_, _, _, let passive): !passive
        case .binding: true
        }
    }

    /// Whether this is about that queue.
    func concerns(queue: String) -> Bool {
        switch self {
        case .queue(let name, _, _, _, _, _), .binding(let name, _, _): name == queue
        case .exchange: false
        }
    }
}

/// The number of messages and consumers of a queue at one moment.
package struct AMQPQueueStatus: Sendable, Hashable {
    /// Messages ready for delivery.
    package let messages: Int
    /// Consumers attached.
    package let consumers: Int
}

/// A method that the broker answers, one at a time on a channel.
enum AMQPRequest: Sendable, Hashable {
    case openChannel
    case closeChannel
    case selectConfirms
    case setPrefetch(UInt16)
    case consume(queue: String, consumerTag: String, arguments: [String: AMQPValue])
    case cancel(consumerTag: String)
    case declare(AMQPDeclaration)
    case get(queue: String)
    case purge(queue: String)
    case delete(queue: String)

    /// What the request is called in errors.
    var operation: OperationName {
        switch self {
        case .openChannel: "channel.open"
        case .closeChannel: "channel.close"
        case .selectConfirms: "confirms.select"
        case .setPrefetch: "prefetch.set"
        case .consume: "queue.consume"
        case .cancel: "queue.cancel"
        case .declare: "topology.declare"
        case .get: "message.get"
        case .purge: "queue.purge"
        case .delete: "queue.delete"
        }
    }
}

/// The broker's answer to a request.
enum AMQPReply: Sendable, Hashable {
    case channelOpened
    case channelClosed
    case confirmsSelected
    case prefetchSet
    case consuming(consumerTag: String)
    case cancelled(consumerTag: String)
    case queueDeclared(AMQPQueueStatus)
    case exchangeDeclared
    case bound
    case empty
    case purged(messages: Int)
    case deleted(messages: Int)
    /// Made by the channel's state machine once a message that was asked for has arrived whole.
    case message(AMQPDelivery, remaining: Int)

    /// Whether this answers that request.
    ///
    /// A fetched message arrives in pieces and is matched by the state machine.
    func answers(_ request: AMQPRequest) -> Bool {
        switch (request, self) {
        case (.openChannel, .channelOpened), (.closeChannel, .channelClosed), (.selectConfirms, .confirmsSelected),
            (.setPrefetch, .prefetchSet),
            (.declare(.queue), .queueDeclared), (.declare(.exchange), .exchangeDeclared), (.declare(.binding), .bound),
            (.get, .empty), (.get, .message), (.purge, .purged), (.delete, .deleted):
            true
        case (.consume(_, let asked, _), .consuming(let given)), (.cancel(let asked), .cancelled(let given)):
            asked == given
        default:
            false
        }
    }
}
