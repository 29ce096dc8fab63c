import CRabbitMQ

/// What settles a delivery on the wire.
enum AMQPAnswer: Sendable, Hashable {
    case ack
    case nack(requeue: Bool)
    case reject(requeue: Bool)
}
