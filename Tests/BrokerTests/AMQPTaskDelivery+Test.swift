import Logging
import Transport

@testable import Broker

extension AMQPTaskDelivery {
    /// Takes a task in hand under the name that a source gives it.
    convenience init(
        message: TaskMessage,
        queue: TaskQueueName,
        attempts: Int,
        delivery: AMQPDelivery,
        settler: AMQPTaskSettler,
        logger: Logger
    ) {
        self.init(
            message: message,
            key: ResultKey(to: message, from: queue),
            queue: queue,
            attempts: attempts,
            delivery: delivery,
            settler: settler,
            logger: logger
        )
    }
}
