import Transport

extension AMQPConnection {
    /// Takes what is in a queue now, and acknowledges it.
    func takeAll(_ queue: String) async throws -> [AMQPDelivery] {
        var taken: [AMQPDelivery] = []
        while let (delivery, _) = try await get(queue: queue) {
            ack(delivery)
            taken.append(delivery)
        }
        return taken
    }
}
