import Broker

/// How tasks are taken from RabbitMQ.
package struct ConsumerSettings: SettingGroup {
    package static let title = "RabbitMQ"

    package let prefetch = Setting(
        "amqp.prefetch",
        flag: "prefetch",
        .integer(1...65_535),
        default: 24,
        "Tasks of each queue that this worker has in hand, at most: two or three batches. The others are for other workers."
    )

    package let maxAttempts = Setting(
        "amqp.max_attempts",
        flag: "max-attempts",
        .integer(1...Int(AMQPTopology.deliveryLimit)),
        default: 5,
        "How often a task is tried that never comes to a result, for instance because it kills workers, before it goes to the dead letters."
    )

    package let unroutableAfter = Setting(
        "amqp.unroutable_after",
        flag: "unroutable-after",
        .seconds(.seconds(1) ... .seconds(1_500)),
        default: .seconds(300),
        "How long a result that no queue takes is held and tried again, before its task goes to the dead letters. Less than RabbitMQ's "
            + "consumer_timeout."
    )

    package init() {}
}
