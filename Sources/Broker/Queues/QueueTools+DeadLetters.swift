import Telemetry
package import Transport

extension QueueTools {
    /// The outcome for dead letters.
    package struct ReplayReport: Sendable, Hashable {
        /// Letters that are tasks again.
        package var replayed = 0
        /// Letters that stay where they are.
        package var stayed = 0
        /// Why they stay, a sentence for each; at most the first hundred.
        package var reasons: [String] = []

        mutating func stays(_ letter: DeadLetter, because reason: String) {
            stayed += 1
            if reasons.count < 100 {
                reasons.append("\(letter.original.messageID ?? "a letter without an id"): \(reason)")
            }
        }
    }

    /// Shows dead letters, oldest first, and leaves them where they are.
    ///
    /// They are taken out and given back at the end, to the back of the queue in some brokers; who replays meanwhile does not see
    /// them.
    ///
    /// - Parameters:
    ///   - pipeline: Whose.
    ///   - limit: The most to show.
    /// - Returns: The letters, without their bodies.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    package func deadLetters(of pipeline: String, limit: Int) async throws(TransportError) -> [DeadLetter] {
        var taken: [AMQPDelivery] = []
        defer {
            for delivery in taken { connection.nack(delivery, requeue: true) }
        }
        let queue = TaskQueueName(.dead, pipeline: pipeline)
        while taken.count < limit, let (delivery, _) = try await connection.get(queue: "\(queue)") {
            taken.append(delivery.withoutBody())
        }
        return taken.map(DeadLetter.init)
    }

    /// Puts dead letters back into the queues they came from, as they were before; each is removed once it is confirmed there.
    ///
    /// A letter that cannot be put back, because its queue is unknown or gone or it is too large, stays and is reported.
    ///
    /// - Parameters:
    ///   - pipeline: Whose.
    ///   - limit: The most to replay; at most as many as there are now.
    /// - Returns: How many are tasks again, and why others are not.
    /// - Throws: ``TransportError``; the letter in hand is given back then.
    package func replay(_ pipeline: String, limit: Int = .max) async throws(TransportError) -> ReplayReport {
        var report = ReplayReport()
        var staying: [AMQPDelivery] = []
        defer {
            for delivery in staying { connection.nack(delivery, requeue: true) }
        }
        let queue = TaskQueueName(.dead, pipeline: pipeline)
        // Not those that die again meanwhile.
        let count = min(limit, try await connection.status(ofQueue: "\(queue)").messages)
        for _ in 0..<max(0, count) {
            guard let (delivery, _) = try await connection.get(queue: "\(queue)") else { break }
            let letter = DeadLetter(delivery)
            do throws(TransportError) {
                if let reason = try await putBack(letter) {
                    // Kept until the end: the next one asked for would be the same.
                    staying.append(delivery.withoutBody())
                    report.stays(letter, because: reason)
                } else {
                    connection.ack(delivery)
                    report.replayed += 1
                }
            } catch {
                connection.nack(delivery, requeue: true)
                throw error
            }
        }
        return report
    }

    /// Removes dead letters for good.
    ///
    /// - Parameters:
    ///   - pipeline: Whose.
    ///   - limit: The most to remove, oldest first; nil for all of them.
    /// - Returns: How many were removed.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    package func drop(_ pipeline: String, limit: Int? = nil) async throws(TransportError) -> Int {
        let queue = TaskQueueName(.dead, pipeline: pipeline)
        guard let limit else { return try await connection.purge(queue: "\(queue)") }
        var dropped = 0
        while dropped < limit, let (delivery, _) = try await connection.get(queue: "\(queue)") {
            connection.ack(delivery)
            dropped += 1
        }
        return dropped
    }

    /// Publishes a letter to the queue it came from.
    ///
    /// - Returns: Why that cannot be done with this one; nil when it is done.
    private func putBack(_ letter: DeadLetter) async throws(TransportError) -> String? {
        guard letter.omittedBytes == 0 else {
            return "its body of \(letter.omittedBytes) bytes is too large; see --max-message"
        }
        guard let destination = letter.queue else { return "nobody knows its queue" }
        var message = letter.original
        // A broker takes no other name than that of the connection.
        if message.userID != connection.configuration.user { message.userID = nil }
        do throws(TransportError) {
            try await connection.publish(message, routingKey: destination)
            return nil
        } catch  where error.code == .unroutable || error.code == .tooLarge {
            return "\(destination): \(error.message)"
        }
    }
}
