package import Transport

extension QueueTools {
    /// What became of dead letters.
    package struct ReplayReport: Sendable, Hashable {
        /// Letters that are tasks again.
        package var replayed = 0
        /// Letters that came from no queue one can put them back into; they stay.
        package var stuck = 0
    }

    /// Shows dead letters, oldest first, and leaves them where they are.
    ///
    /// They are taken out and given back at the end, to the back of the queue in some brokers; who replays meanwhile does not see
    /// them.
    ///
    /// - Parameters:
    ///   - pipeline: Whose.
    ///   - limit: The most to show.
    /// - Returns: The letters.
    /// - Throws: ``TransportError`` with code `notFound` when there is no such queue.
    package func deadLetters(of pipeline: String, limit: Int) async throws(TransportError) -> [DeadLetter] {
        var taken: [AMQPDelivery] = []
        defer {
            for delivery in taken { connection.nack(delivery, requeue: true) }
        }
        let queue = TaskQueueName(.dead, pipeline: pipeline)
        while taken.count < limit, let (delivery, _) = try await connection.get(queue: "\(queue)") {
            taken.append(delivery)
        }
        return taken.map(DeadLetter.init)
    }

    /// Puts dead letters back into the queues they came from, as they were before; each is removed once it is confirmed there.
    ///
    /// - Parameters:
    ///   - pipeline: Whose.
    ///   - limit: The most to replay; at most as many as there are now.
    /// - Returns: How many are tasks again.
    /// - Throws: ``TransportError``; the letter in hand is given back then.
    package func replay(_ pipeline: String, limit: Int = .max) async throws(TransportError) -> ReplayReport {
        var report = ReplayReport()
        var stuck: [AMQPDelivery] = []
        defer {
            for delivery in stuck { connection.nack(delivery, requeue: true) }
        }
        let queue = TaskQueueName(.dead, pipeline: pipeline)
        // Not those that die again meanwhile.
        let count = min(limit, try await connection.status(ofQueue: "\(queue)").messages)
        for _ in 0..<count {
            guard let (delivery, _) = try await connection.get(queue: "\(queue)") else { break }
            let letter = DeadLetter(delivery)
            guard let destination = letter.queue else {
                stuck.append(delivery)
                report.stuck += 1
                continue
            }
            do throws(TransportError) {
                try await connection.publish(letter.original, routingKey: destination)
            } catch {
                connection.nack(delivery, requeue: true)
                throw error
            }
            connection.ack(delivery)
            report.replayed += 1
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
}
