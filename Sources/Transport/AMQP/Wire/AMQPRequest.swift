import Telemetry

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

    /// The request's name in errors.
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
