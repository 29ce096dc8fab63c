import Broker
import Logging
import Pipeline
import Settings
import Worker

extension AMQPTaskSource {
    /// A bench's source on RabbitMQ: nobody pauses it, and confirmed results are remembered in memory alone.
    ///
    /// - Parameters:
    ///   - kind: The queues of tasks, or those of images that were fetched.
    ///   - pipeline: Whose queues.
    ///   - settings: The broker, and how it is consumed from.
    ///   - logger: The bench's log.
    /// - Returns: A source that takes nothing yet.
    /// - Throws: What is wrong with the broker's address.
    static func bench(
        _ kind: TaskQueueName.Kind,
        of pipeline: String,
        _ settings: WorkerSettings,
        logger: Logger
    ) throws -> AMQPTaskSource {
        AMQPTaskSource(
            settings: AMQPSourceSettings(settings.broker, settings.consuming, kind: kind, pipelines: [pipeline]),
            broker: try BrokerConnections(
                try settings.broker.connection(named: "bench"),
                largestDelivery: TaskMessage.largestDelivery,
                logger: logger
            ),
            confirmed: MemoryConfirmedResultStore(),
            pauseSwitch: PauseSwitch(),
            logger: logger
        )
    }
}
