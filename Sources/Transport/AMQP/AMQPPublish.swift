/// A message on its way out.
struct AMQPPublish: Sendable {
    let id: UInt64
    let message: AMQPMessage
    let exchange: String
    let routingKey: String
    let isMandatory: Bool

    /// What a returned message will be recognized by.
    var identity: AMQPConfirmWindow.Identity {
        AMQPConfirmWindow.Identity(messageID: message.messageID, exchange: exchange, routingKey: routingKey)
    }

    /// An upper bound of the bytes of the content header.
    var headerRoom: Int {
        let texts = [message.messageID, message.correlationID, message.contentType, message.replyTo, message.type]
        return 64 + texts.reduce(0) { $0 + 1 + ($1?.utf8.count ?? 0) } + Self.size(message.headers)
    }

    /// Checks what AMQP cannot carry, before anything is sent.
    ///
    /// A short text longer than 255 bytes would corrupt the frame, and a refused size would cost the channel with all that is on it.
    func check(limit: Int) throws(TransportError) {
        let short = [
            exchange, routingKey, message.messageID, message.correlationID, message.contentType, message.replyTo,
            message.type,
        ]
        for text in short { try AMQPText.check(text ?? "", operation: "amqp.publish") }
        for key in message.headers.keys { try AMQPText.check(key, operation: "amqp.publish") }
        guard message.body.count <= limit else {
            throw TransportError(
                .tooLarge,
                operation: "amqp.publish",
                message: "a message of \(message.body.count) bytes where \(limit) are allowed"
            )
        }
        guard headerRoom <= Self.headerLimit else {
            throw TransportError(
                .tooLarge,
                operation: "amqp.publish",
                message: "headers of about \(headerRoom) bytes where \(Self.headerLimit) are allowed"
            )
        }
    }

    /// The most bytes of a content header, which must fit one frame; the smallest frame anyone uses is twice as large.
    static let headerLimit = 3 << 10

    private static func size(_ table: [String: AMQPValue]) -> Int {
        table.reduce(4) { $0 + 1 + $1.key.utf8.count + size($1.value) }
    }

    private static func size(_ value: AMQPValue) -> Int {
        switch value {
        case .bool, .int, .double, .timestamp, .null: 9
        case .string(let text): 5 + text.utf8.count
        case .bytes(let bytes): 5 + bytes.count
        case .array(let values): values.reduce(5) { $0 + size($1) }
        case .table(let values): 1 + size(values)
        }
    }
}

/// Texts that AMQP carries with a length of one byte.
enum AMQPText {
    static func check(_ text: String, operation: String) throws(TransportError) {
        guard text.utf8.count <= 255 else {
            throw TransportError(
                .tooLarge,
                operation: operation,
                message: "a name or property of \(text.utf8.count) bytes where 255 are allowed: \(text.prefix(40))…"
            )
        }
    }
}
