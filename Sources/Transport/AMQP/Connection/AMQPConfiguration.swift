import Foundation

/// Where a broker is and how to talk to it.
///
/// The description never shows the password.
package struct AMQPConfiguration: Sendable, Hashable {
    /// The files for `amqps://`.
    package struct TLS: Sendable, Hashable {
        /// PEM file of the authorities to trust; `nil` means the system's.
        package var authorities: String?
        /// PEM file of the client certificate, with `clientKey`.
        package var clientCertificate: String?
        /// PEM file of the client's private key, with `clientCertificate`.
        package var clientKey: String?

        /// Makes the settings.
        package init(authorities: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil) {
            self.authorities = authorities
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
        }
    }

    /// Host names or addresses, one or more: the nodes of a cluster.
    package let hosts: [HostPort]
    /// User name.
    package internal(set) var user: String
    var password: String
    /// The file that holds the URL; user and password are read from it again at every login.
    package var urlFile: SecretFile?
    /// Virtual host.
    package let virtualHost: String
    /// Whether the scheme is `amqps`.
    package let isEncrypted: Bool
    /// The files for `amqps://`.
    package var tls = TLS()
    /// The heartbeat interval to ask for, in whole seconds, at least 1; silence of two intervals ends the connection.
    package var heartbeat: Duration = .seconds(10)
    /// How long connecting with the TLS handshake, and the login, may take each at most; see ``HostAddresses``.
    package var connectTimeout: Duration = .seconds(10)
    /// How long the broker may take to confirm a message that was sent whole, alarms aside; then the connection ends.
    ///
    /// A queue confirms within milliseconds, and within seconds while it elects a leader. One that takes longer has no majority, and another
    /// node may have one; whoever waits for ever beside it stops a worker that could go on.
    package var confirmTimeout: Duration = .seconds(30)
    /// After how long a time of refusals alone the channel that publishes is opened anew.
    ///
    /// RabbitMQ 3.10 goes on refusing on a channel whose queue was full, also when a policy has taken the limit away.
    package var refusalPatience: Duration = .seconds(30)
    /// How long the broker may take to answer a request such as a declaration.
    package var rpcTimeout: Duration = .seconds(30)
    /// The name operators see in the management interface.
    package var connectionName = "antenna-worker"
    /// The largest body sent, in bytes.
    ///
    /// RabbitMQ 3 takes 128 MiB, RabbitMQ 4 takes 16 MiB unless it is told otherwise; what it refuses is learned from the refusal.
    package var messageLimit = 128 << 20
    /// The largest body taken, in bytes; a larger one is rejected without being kept.
    package var deliveryLimit = 128 << 20
    /// The most publishes waiting for their confirm or for being sent.
    package var publishWindow = 1_000
    /// The most bytes of bodies waiting for their confirm or for being sent.
    package var publishWindowBytes = 64 << 20

    /// This with the user and the password that ``urlFile`` holds now.
    ///
    /// A file that cannot be used changes nothing: the login tells whether what is known still holds.
    func renewed() -> AMQPConfiguration {
        guard let text = urlFile?.read(), let fresh = try? AMQPConfiguration(url: text) else { return self }
        var renewed = self
        (renewed.user, renewed.password) = (fresh.user, fresh.password)
        return renewed
    }
}

extension AMQPConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with the password left out.
    package var description: String {
        "\(isEncrypted ? "amqps" : "amqp")://\(user):***@\(place)"
    }

    private var place: String {
        "\(hosts.map(\.description).joined(separator: ","))/\(virtualHost == "/" ? "" : virtualHost)"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Shows nothing but ``description``, so that `dump` keeps the password, too.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
