package import Transport

/// A message in the dead letters: what it was, where it was, and why it is there.
package struct DeadLetter: Sendable, Hashable {
    /// The headers that say why, and keep what a letter must not have.
    enum Header {
        static let reason = "x-antenna-reason"
        static let queue = "x-antenna-queue"
        static let attempts = "x-antenna-attempts"
        /// Names headers that did not fit.
        static let cut = "x-antenna-cut"
        /// How long the message was meant to wait: a letter waits for as long as it takes.
        static let expiration = "x-antenna-expiration"
        /// Who published the message: a broker takes no other name than that of the connection.
        static let userID = "x-antenna-user-id"
        /// Marks a message that may be there twice: a copy of one that was given back, and what is ready of a redelivered task.
        static let redelivered = "x-antenna-redelivered"
    }

    /// The message as it was before, but for what did not fit.
    package let original: AMQPMessage
    /// The queue it came from; nil when nobody wrote it down.
    package let queue: String?
    /// Why it is dead.
    package let reason: String
    /// How often it had been delivered, as far as known.
    package let attempts: Int
    /// Names headers that were left out because they did not fit; nil when none were.
    package let cutHeaders: String?
    /// The bytes of the body where it is too large to be taken; 0 when it was taken.
    package let omittedBytes: UInt64

    /// Reads a message of a dead-letter queue, put there by a worker or by the broker itself.
    package init(_ delivery: AMQPDelivery) {
        let headers = delivery.message.headers
        let death = delivery.deaths.first
        var original = Self.stripped(delivery.message)
        original.expiration = headers[Header.expiration]?.string ?? death?.originalExpiration
        original.userID = headers[Header.userID]?.string ?? delivery.message.userID
        self.original = original
        queue = headers[Header.queue]?.string ?? death?.queue
        reason = headers[Header.reason]?.string ?? death.map { "the broker says: \($0.reason)" } ?? "unknown"
        attempts = headers[Header.attempts]?.count ?? death?.count ?? 0
        cutHeaders = headers[Header.cut]?.string
        omittedBytes = delivery.omittedBytes
    }

    /// The message that goes to the dead letters; it always fits: headers that do not are left out, and named.
    package static func encode(
        _ message: AMQPMessage,
        from queue: String,
        attempts: Int,
        reason: String
    ) -> AMQPMessage {
        var marks: [String: AMQPValue] = [
            Header.reason: .string(reason.cut(toUTF8: longestReason)),
            Header.queue: .string(queue.cut(toUTF8: TaskMessage.longestText)),
            Header.attempts: .int(Int64(attempts)),
        ]
        if let expiration = message.expiration, expiration.utf8.count <= longestNumber {
            marks[Header.expiration] = .string(expiration)
        }
        if let userID = message.userID { marks[Header.userID] = .string(userID) }
        var letter = stripped(message)
        let room = AMQPMessage.surelyFittingHeader - AMQPMessage(body: [], headers: marks).headerSize - longestCut
        let cut = letter.cutHeaders(toFit: room).joined(separator: ", ")
        if !cut.isEmpty { marks[Header.cut] = .string(cut.cut(toUTF8: longestCut)) }
        letter.headers.merge(marks) { $1 }
        return letter
    }

    /// The message without what was written on it for its way and on its way, so that it starts afresh.
    static func stripped(_ message: AMQPMessage) -> AMQPMessage {
        var message = message
        message.isPersistent = true
        message.expiration = nil
        message.userID = nil
        message.headers = message.headers.filter { header in
            !header.key.hasPrefix("x-antenna-") && !header.key.hasPrefix("x-death") && !ofTheWay.contains(header.key)
        }
        return message
    }

    /// These fit into ``AMQPMessage/surelyFittingHeader`` beside the longest properties there are.
    private static let longestReason = 400
    private static let longestCut = 120
    private static let longestNumber = 20
    /// Headers that brokers write, and those that they obey: a copy for each of `CC` would go out with every further publish.
    private static let ofTheWay: Set<String> = [
        "x-delivery-count", "x-acquired-count", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason",
        "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason", "CC", "BCC",
    ]
}
