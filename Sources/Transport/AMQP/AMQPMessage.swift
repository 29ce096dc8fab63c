/// A message: a body and the properties that travel with it.
package struct AMQPMessage: Sendable, Hashable {
    /// The content.
    package var body: [UInt8]
    /// The application's identifier of the message.
    package var messageID: String?
    /// Ties an answer to its question.
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
    /// The application that published it.
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
