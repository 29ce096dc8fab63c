import CRabbitMQ

/// The method that settles a delivery on the wire: ack, nack or reject.
enum AMQPSettlement: Sendable, Hashable {
    case ack
    case nack(requeue: Bool)
    case reject(requeue: Bool)
}
