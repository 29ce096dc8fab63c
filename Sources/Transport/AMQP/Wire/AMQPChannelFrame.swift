/// A frame from the broker on a channel, decoded, free of C types.
///
/// The bytes of a body are lent: they are valid until the state machine that takes them returns.
enum AMQPChannelFrame {
    case deliver(consumerTag: String, deliveryTag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
    case fetched(deliveryTag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String, remaining: Int)
    case returned(code: UInt16, reason: String, exchange: String, routingKey: String)
    case header(bodySize: UInt64, message: AMQPMessage)
    case body(UnsafeRawBufferPointer)
    case acked(tag: UInt64, multiple: Bool)
    case nacked(tag: UInt64, multiple: Bool)
    case consumerCancelled(consumerTag: String)
    case reply(AMQPReply)
    case closed(code: UInt16, reason: String)
    /// A method that we never asked for, by its number.
    case unexpected(method: UInt32)
}
