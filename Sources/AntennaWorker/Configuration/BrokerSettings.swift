import Pipeline
import Transport

/// RabbitMQ and how tasks are taken from it.
struct BrokerSettings: Sendable, Equatable {
    /// What stands for the broker's own exchange, whose name is empty.
    static let defaultExchange = "amq.default"

    /// Holds a password.
    var url: Secret?
    /// Deliveries of each queue in hand, at most.
    var prefetch: Int
    /// Deliveries without a result before the dead letters.
    var maxAttempts: Int
    /// How long a result that no queue takes is held.
    var unroutableAfter: Duration
    /// The most bytes of a message.
    var maxMessage: Int
    /// As it was set: ``exchange`` is its name on the broker.
    var resultsExchange: String
    /// Whether queues and exchanges are made.
    var declares: Bool
    var authorities: String?
    var clientCertificate: String?
    var clientKey: String?
    /// Where the URL was read from, to be read again at every login.
    var urlFile: String?

    /// The exchange for results as the broker knows it.
    var exchange: String { resultsExchange == Self.defaultExchange ? "" : resultsExchange }

    /// How to connect.
    ///
    /// - Parameter name: What operators see in the management interface.
    /// - Returns: Address, files and name.
    /// - Throws: ``SettingsError`` when no broker is set, or a certificate without its key.
    func connection(named name: String) throws(SettingsError) -> AMQPConfiguration {
        guard let url else {
            throw SettingsError(
                place: Catalogue.amqpURL.key,
                "no broker is set; name a file that holds its address with --amqp-url-file"
            )
        }
        guard (clientCertificate == nil) == (clientKey == nil) else {
            throw SettingsError(
                place: Catalogue.amqpClientCertificate.key,
                "a certificate needs its key, \(Catalogue.amqpClientKey.key), and a key its certificate"
            )
        }
        do throws(TransportError) {
            var configuration = try AMQPConfiguration(url: url.reveal())
            configuration.urlFile = urlFile.map(SecretFile.init(path:))
            configuration.connectionName = "antenna-worker \(name)"
            configuration.messageLimit = maxMessage
            configuration.deliveryLimit = maxMessage
            configuration.tls = AMQPConfiguration.TLS(
                authorities: authorities,
                clientCertificate: clientCertificate,
                clientKey: clientKey
            )
            return configuration
        } catch {
            throw SettingsError(place: Catalogue.amqpURL.key, error.message)
        }
    }
}

extension SettingKind<Secret> {
    /// The address of a broker: a secret, because it holds a password.
    static var brokerAddress: SettingKind {
        secretAddress { url throws(TransportError) in _ = try AMQPConfiguration(url: url) }
    }
}

extension SettingsError {
    /// One mistake.
    init(place: String, _ reason: String) {
        self.init(mistakes: [SettingMistake(place: place, reason: reason)])
    }
}
