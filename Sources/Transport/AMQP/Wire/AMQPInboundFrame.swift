import CRabbitMQ

/// A frame with the channel it is about.
enum AMQPInboundFrame {
    case connection(AMQPConnectionFrame)
    case channel(UInt16, AMQPChannelFrame)
}
