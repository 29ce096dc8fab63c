import CRabbitMQ

/// A frame with the channel it is about.
enum AMQPReceived {
    case connection(AMQPConnectionFrame)
    case channel(UInt16, AMQPChannelFrame)
}
