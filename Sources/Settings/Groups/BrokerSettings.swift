import Broker
import Telemetry
package import Transport

/// Where RabbitMQ is, and what its exchanges and queues are.
package struct BrokerSettings: SettingGroup {
    package static let title = "RabbitMQ"
    /// The word for the broker's default exchange, whose name is empty.
    fileprivate static let defaultExchange = "amq.default"

    package let url = Setting(
        "amqp.url",
        flag: "amqp-url",
        SettingKind.brokerAddress.optional,
        default: nil,
        "The address of RabbitMQ with user and password, amqp://user:password@host/vhost or amqps://…; several nodes as host,host:port,host"
    )

    package let loginAttempts = Setting(
        "amqp.login_attempts",
        flag: "login-attempts",
        .integer(0...1_000_000),
        default: 20,
        "How often in a row RabbitMQ may refuse user and password before the process ends with status 78, about two minutes with 20; 0 means for ever. A worker with --source auto goes on over REST."
    )

    package let resultsExchange = Setting(
        "amqp.results_exchange",
        flag: "results-exchange",
        .text,
        default: AMQPTopology.resultsExchange,
        "The exchange that takes results, with a task's reply subject as routing key. \(Self.defaultExchange) is the broker's own."
    )

    package let maxMessage = Setting(
        "amqp.max_message",
        flag: "max-message",
        .byteCount(64 << 10...512 << 20),
        default: 128 << 20,
        "The largest message that is sent or taken; a result that is larger is replaced by an error result. RabbitMQ 4 takes no more "
            + "than 16 MiB unless its max_message_size says so."
    )

    package let declares = Setting(
        "amqp.declare",
        flag: "declare",
        .flag,
        default: true,
        "Whether queues and exchanges are made when they are not there; else an operator has to make them."
    )

    package let authorities = Setting(
        "amqp.ca",
        flag: "amqp-ca",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of the authorities to trust for amqps://; none means those of the system."
    )

    package let clientCertificate = Setting(
        "amqp.client_certificate",
        flag: "amqp-client-certificate",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of this worker's certificate, for a broker that asks for one."
    )

    package let clientKey = Setting(
        "amqp.client_key",
        flag: "amqp-client-key",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of the private key of the client certificate."
    )

    package init() {}
}

extension GroupValues<BrokerSettings> {
    /// The exchange for results as the broker knows it.
    package var exchange: String {
        self.resultsExchange == BrokerSettings.defaultExchange ? "" : self.resultsExchange
    }

    /// How to connect.
    ///
    /// - Parameter name: What operators see in the management interface.
    /// - Returns: Address, files and name.
    /// - Throws: ``SettingsError`` when no broker is set, or a certificate without its key.
    package func connection(named name: String) throws(SettingsError) -> AMQPConfiguration {
        let settings = BrokerSettings()
        guard let url = self.url else {
            throw SettingsError(
                settings.url,
                "no broker is set; name a file that holds its address with --amqp-url-file"
            )
        }
        guard (self.clientCertificate == nil) == (self.clientKey == nil) else {
            throw SettingsError(
                settings.clientCertificate,
                "a certificate needs its key, \(settings.clientKey.key), and a key its certificate"
            )
        }
        do throws(TransportError) {
            var configuration = try AMQPConfiguration(url: url.reveal())
            configuration.urlFile = file(of: \.url).map(SecretFile.init(path:))
            configuration.connectionName = "antenna-worker \(name)"
            configuration.messageLimit = self.maxMessage
            configuration.deliveryLimit = self.maxMessage
            configuration.tls = AMQPConfiguration.TLS(
                authorities: self.authorities,
                clientCertificate: self.clientCertificate,
                clientKey: self.clientKey
            )
            return configuration
        } catch {
            throw SettingsError(settings.url, error.message)
        }
    }
}
