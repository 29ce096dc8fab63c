package import Transport

/// A message in the dead letters: what it was, where it was, and why it is there.
package struct DeadLetter: Sendable, Hashable {
    /// The headers that say why.
    enum Header {
        static let reason = "x-antenna-reason"
        static let queue = "x-antenna-queue"
        static let attempts = "x-antenna-attempts"
        /// Marks a ready message made of a redelivered task, which may have been made before.
        static let redelivered = "x-antenna-redelivered"
    }

    /// The message as it was before.
    package let original: AMQPMessage
    /// The queue it came from; nil when nobody wrote it down.
    package let queue: String?
    /// Why it is dead.
    package let reason: String
    /// How often it had been delivered, as far as known.
    package let attempts: Int

    /// Reads a message of a dead-letter queue, put there by a worker or by the broker itself.
    package init(_ delivery: AMQPDelivery) {
        let headers = delivery.message.headers
        let death = delivery.deaths.first
        original = Self.stripped(delivery.message)
        queue = headers[Header.queue]?.string ?? death?.queue
        reason = headers[Header.reason]?.string ?? death.map { "the broker says: \($0.reason)" } ?? "unknown"
        attempts = headers[Header.attempts]?.int.map(Int.init(clamping:)) ?? death?.count ?? 0
    }

    /// The message that goes to the dead letters.
    static func encode(
        _ message: AMQPMessage,
        from queue: String,
        attempts: Int,
        reason: String
    ) -> AMQPMessage {
        var letter = stripped(message)
        letter.headers[Header.reason] = .string(String(reason.prefix(longestReason)))
        letter.headers[Header.queue] = .string(queue)
        letter.headers[Header.attempts] = .int(Int64(attempts))
        return letter
    }

    /// The message without what brokers and workers wrote on it on its way, so that it starts afresh.
    static func stripped(_ message: AMQPMessage) -> AMQPMessage {
        var message = message
        message.isPersistent = true
        message.headers = message.headers.filter { header in
            !header.key.hasPrefix("x-antenna-") && !header.key.hasPrefix("x-death")
                && !writtenByBroker.contains(header.key)
        }
        return message
    }

    /// Headers must fit one frame beside those the message had.
    private static let longestReason = 500
    private static let writtenByBroker: Set<String> = [
        "x-delivery-count", "x-acquired-count", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason",
        "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason",
    ]
}
