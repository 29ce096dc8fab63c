import Broker

extension AMQPSourceSettings {
    /// As a test wants them: results go through the default exchange.
    init(queues: [TaskQueueName]) {
        self.init(
            queues: queues,
            prefetch: 24,
            maximumAttempts: 5,
            unroutablePatience: .seconds(300),
            resultsExchange: "",
            declares: true
        )
    }
}
