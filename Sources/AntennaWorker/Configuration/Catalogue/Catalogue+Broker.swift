import Pipeline

extension Catalogue {
    static let amqpURL = Setting(
        "amqp.url",
        flag: "amqp-url",
        SettingKind.brokerAddress.optional,
        default: nil,
        "The address of RabbitMQ with user and password, amqp://user:password@host/vhost or amqps://…; several nodes as host,host:port,host"
    )

    static let amqpPrefetch = Setting(
        "amqp.prefetch",
        flag: "prefetch",
        .integer(1...65_535),
        default: 24,
        "Tasks of each queue that this worker has in hand, at most: two or three batches. The others are for other workers."
    )

    static let amqpMaxAttempts = Setting(
        "amqp.max_attempts",
        flag: "max-attempts",
        .integer(1...Int(AMQPTopology.deliveryLimit)),
        default: 5,
        "How often a task is tried that never comes to a result, for instance because it kills workers, before it goes to the dead letters."
    )

    static let amqpUnroutableAfter = Setting(
        "amqp.unroutable_after",
        flag: "unroutable-after",
        .seconds(.seconds(1) ... .seconds(1_500)),
        default: .seconds(300),
        "How long a result that no queue takes is held and tried again, before its task goes to the dead letters. Less than RabbitMQ's "
            + "consumer_timeout."
    )

    static let amqpMaxMessage = Setting(
        "amqp.max_message",
        flag: "max-message",
        .byteCount(64 << 10...512 << 20),
        default: 128 << 20,
        "The largest message that is sent or taken; a result that is larger is replaced by an error result. RabbitMQ 4 takes no more "
            + "than 16 MiB unless its max_message_size says so."
    )

    static let amqpResultsExchange = Setting(
        "amqp.results_exchange",
        flag: "results-exchange",
        .text,
        default: AMQPTopology.resultsExchange,
        "The exchange that takes results, with a task's reply subject as routing key. \(BrokerSettings.defaultExchange) is the broker's own."
    )

    static let amqpDeclare = Setting(
        "amqp.declare",
        flag: "declare",
        .flag,
        default: true,
        "Whether queues and exchanges are made when they are not there; else an operator has to make them."
    )

    static let amqpCA = Setting(
        "amqp.ca",
        flag: "amqp-ca",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of the authorities to trust for amqps://; none means those of the system."
    )

    static let amqpClientCertificate = Setting(
        "amqp.client_certificate",
        flag: "amqp-client-certificate",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of this worker's certificate, for a broker that asks for one."
    )

    static let amqpClientKey = Setting(
        "amqp.client_key",
        flag: "amqp-client-key",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of the private key of the client certificate."
    )

    static let fallbackAfter = Setting(
        "fallback_after",
        flag: "fallback-after",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(15),
        "With the source auto: how long the broker may be away before tasks are taken over REST."
    )
}
