package import Broker
package import Settings

extension AMQPSourceSettings {
    package init(
        _ broker: BrokerSettings.Values,
        _ consuming: ConsumerSettings.Values,
        kind: TaskQueueName.Kind,
        pipelines: [String]
    ) {
        self.init(
            queues: pipelines.flatMap { TaskQueueName.both(kind, of: $0) },
            prefetch: consuming.prefetch,
            maximumAttempts: consuming.maxAttempts,
            unroutablePatience: consuming.unroutableAfter,
            resultsExchange: broker.exchange,
            declares: broker.declares
        )
    }
}
