package import Broker
package import Logging
package import Pipeline

extension AMQPTaskSource {
    /// Makes a source of a role's two connections.
    package convenience init(
        settings: AMQPSourceSettings,
        broker: BrokerConnections,
        confirmed: any ConfirmedResultStore,
        obstacle: @escaping @Sendable (_ queue: TaskQueueName, _ outstanding: Int) -> String? = { _, _ in nil },
        pauseSwitch: PauseSwitch,
        logger: Logger
    ) {
        self.init(
            settings: settings,
            consuming: broker.consuming,
            publishing: broker.publishing,
            confirmed: confirmed,
            obstacle: obstacle,
            pauseSwitch: pauseSwitch,
            logger: logger
        )
    }
}
