import ArgumentParser

/// Where RabbitMQ is, and what its queues are.
struct BrokerOptions: SettingFlags {
    @Option(fileOf: Catalogue.amqpURL) var urlFile: String?
    @Option(Catalogue.amqpResultsExchange) var resultsExchange: String?
    @Option(Catalogue.amqpMaxMessage) var maxMessage: String?
    @Flag(Catalogue.amqpDeclare) var declare: Bool?
    @Option(Catalogue.amqpCA) var authorities: String?
    @Option(Catalogue.amqpClientCertificate) var clientCertificate: String?
    @Option(Catalogue.amqpClientKey) var clientKey: String?

    func collect(into values: inout FlagValues) {
        values.setFile(of: Catalogue.amqpURL, urlFile)
        values.set(Catalogue.amqpResultsExchange, resultsExchange)
        values.set(Catalogue.amqpMaxMessage, maxMessage)
        values.set(Catalogue.amqpDeclare, declare.map { "\($0)" })
        values.set(Catalogue.amqpCA, authorities)
        values.set(Catalogue.amqpClientCertificate, clientCertificate)
        values.set(Catalogue.amqpClientKey, clientKey)
    }
}

/// How tasks are taken from RabbitMQ.
struct ConsumingOptions: SettingFlags {
    @Option(Catalogue.amqpPrefetch) var prefetch: String?
    @Option(Catalogue.amqpMaxAttempts) var maxAttempts: String?
    @Option(Catalogue.amqpUnroutableAfter) var unroutableAfter: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.amqpPrefetch, prefetch)
        values.set(Catalogue.amqpMaxAttempts, maxAttempts)
        values.set(Catalogue.amqpUnroutableAfter, unroutableAfter)
    }
}

/// How tasks are passed on to the ready queues.
struct PassingOptions: SettingFlags {
    @Option(Catalogue.readyLimit) var readyLimit: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.readyLimit, readyLimit)
    }
}

/// What becomes of a worker whose broker is away.
struct FallbackOptions: SettingFlags {
    @Option(Catalogue.fallbackAfter) var fallbackAfter: String?

    func collect(into values: inout FlagValues) {
        values.set(Catalogue.fallbackAfter, fallbackAfter)
    }
}
