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
