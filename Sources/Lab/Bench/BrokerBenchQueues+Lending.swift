import Settings
import Worker

extension BrokerBenchQueues {
    /// Makes queues for a measurement, and removes them afterwards.
    ///
    /// - Parameters:
    ///   - settings: Where RabbitMQ is.
    ///   - body: Measures.
    /// - Throws: `CommandFailure` when RabbitMQ cannot be reached; what `body` throws.
    static func lend(_ settings: WorkerSettings, _ body: (BrokerBenchQueues) async throws -> Void) async throws {
        try await settings.broker.withTools(named: "bench") { tools, connection in
            let queues = BrokerBenchQueues(tools: tools, connection: connection, exchange: settings.broker.exchange)
            try await queues.declare()
            do {
                try await body(queues)
            } catch {
                try await queues.delete()
                throw error
            }
            try await queues.delete()
        }
    }
}
