import CRabbitMQ

/// What settles a delivery on the wire.
enum AMQPSettlement: Sendable, Hashable {
    case ack
    case nack(requeue: Bool)
    case reject(requeue: Bool)
}
