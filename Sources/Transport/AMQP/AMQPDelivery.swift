/// A message that the broker handed to us and that must be acknowledged or given back.
package struct AMQPDelivery: Sendable, Hashable {
    /// The message.
    package private(set) var message: AMQPMessage
    /// The exchange it was published to.
    package let exchange: String
    /// The routing key it was published with.
    package let routingKey: String
    /// Whether the broker says that it was delivered before.
    package let isRedelivered: Bool
    /// The broker's number for this delivery on its channel.
    package let deliveryTag: UInt64
    /// The opening of the channel that the tag belongs to.
    package let epoch: AMQPChannelEpoch
    /// The bytes of the body where it was larger than the limit and left out; 0 when it is there.
    package var omittedBytes: UInt64 = 0

    /// The same without the body, for those who hold many and want to settle them.
    package func withoutBody() -> AMQPDelivery {
        var delivery = self
        delivery.message.body = []
        return delivery
    }

    /// How often a quorum queue has delivered it before (`x-delivery-count`), 0 when the broker does not say.
    package var deliveryCount: Int { message.headers["x-delivery-count"]?.count ?? 0 }

    /// The message's ways into dead-letter queues, the latest first (`x-death`).
    package var deaths: [AMQPDeathRecord] {
        (message.headers["x-death"]?.array ?? []).compactMap { $0.table.map(AMQPDeathRecord.init(table:)) }
    }
}
