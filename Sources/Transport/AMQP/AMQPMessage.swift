/// A message: a body and the properties that travel with it.
package struct AMQPMessage: Sendable, Hashable {
    /// The content.
    package var body: [UInt8]
    /// What identifies the message to the application.
    package var messageID: String?
    /// What ties an answer to its question.
    package var correlationID: String?
    /// The media type of the body, such as `application/json`.
    package var contentType: String?
    /// Where an answer is to be sent.
    package var replyTo: String?
    /// The application's name for this kind of message.
    package var type: String?
    /// Whether the broker must keep the message over a restart (delivery mode 2).
    package var isPersistent: Bool
    /// How the body is packed, such as `gzip`.
    package var contentEncoding: String?
    /// How urgent it is, for queues that know priorities.
    package var priority: UInt8?
    /// How many milliseconds it may wait in a queue, as digits.
    package var expiration: String?
    /// Who published it; a broker refuses a message that names another user than the connection's.
    package var userID: String?
    /// What published it.
    package var appID: String?
    /// Seconds since 1970, when the message was made.
    package var timestamp: UInt64?
    /// Application headers.
    package var headers: [String: AMQPValue]

    /// Makes a message; persistent unless said otherwise.
    package init(
        body: [UInt8],
        messageID: String? = nil,
        correlationID: String? = nil,
        contentType: String? = nil,
        replyTo: String? = nil,
        type: String? = nil,
        isPersistent: Bool = true,
        timestamp: UInt64? = nil,
        headers: [String: AMQPValue] = [:]
    ) {
        self.body = body
        self.messageID = messageID
        self.correlationID = correlationID
        self.contentType = contentType
        self.replyTo = replyTo
        self.type = type
        self.isPersistent = isPersistent
        self.timestamp = timestamp
        self.headers = headers
    }
}

/// Where a delivery belongs: one opening of one channel.
///
/// Delivery tags count from one on every opened channel, so a tag says nothing without the opening it came from.
package struct AMQPChannelEpoch: Sendable, Hashable {
    /// The channel number.
    let channel: UInt16
    /// Counts openings of channels over the life of the ``AMQPConnection``.
    let opening: UInt64
}

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
    package var deaths: [AMQPDeath] {
        (message.headers["x-death"]?.array ?? []).compactMap { $0.table.map(AMQPDeath.init(table:)) }
    }
}

/// One entry of the `x-death` header.
package struct AMQPDeath: Sendable, Hashable {
    /// The queue it died in.
    package let queue: String
    /// Why: `rejected`, `expired`, `maxlen` or `delivery_limit`.
    package let reason: String
    /// How often it died there for this reason.
    package let count: Int
    /// The exchange it had been published to.
    package let exchange: String
    /// The routing keys it had been published with.
    package let routingKeys: [String]
    /// How many milliseconds it was allowed to wait before it died there; the broker takes that off.
    package let originalExpiration: String?

    init(table: [String: AMQPValue]) {
        queue = table["queue"]?.string ?? ""
        reason = table["reason"]?.string ?? ""
        count = table["count"]?.count ?? 1
        exchange = table["exchange"]?.string ?? ""
        originalExpiration = table["original-expiration"]?.string
        routingKeys = (table["routing-keys"]?.array ?? []).compactMap(\.string)
    }
}
