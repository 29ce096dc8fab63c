import Concurrency

/// A request of a caller to the connection's thread.
enum AMQPCommand: Sendable {
    case request(id: UInt64, AMQPRequest)
    case publish(AMQPPublish)
    case settle(tag: UInt64, AMQPChannelEpoch, AMQPSettlement)
    case consume(id: UInt64, AMQPConsumer, prefetch: UInt16, arguments: [String: AMQPValue])
    case cancel(id: UInt64, consumerTag: String)
    case close
}
