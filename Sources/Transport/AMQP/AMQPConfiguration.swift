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

    /// Host name or address.
    package let host: String
    /// TCP port.
    package let port: UInt16
    /// User name.
    package let user: String
    let password: String
    /// Virtual host.
    package let virtualHost: String
    /// Whether the scheme is `amqps`.
    package let isEncrypted: Bool
    /// The files for `amqps://`.
    package var tls = TLS()
    /// The heartbeat interval to ask for, in whole seconds, at least 1; silence of two intervals ends the connection.
    package var heartbeat: Duration = .seconds(10)
    /// How long connecting, the TLS handshake and the login may take each.
    package var connectTimeout: Duration = .seconds(10)
    /// How long the broker may take to answer a request such as a declaration.
    package var rpcTimeout: Duration = .seconds(30)
    /// The name operators see in the management interface.
    package var connectionName = "antenna-worker"
    /// The largest body taken or sent, in bytes.
    ///
    /// RabbitMQ 4 refuses more than 16 MiB by itself.
    package var messageLimit = 16 << 20
    /// The most publishes waiting for their confirm or for being sent.
    package var publishWindow = 1_000
    /// The most bytes of bodies waiting for their confirm or for being sent.
    package var publishWindowBytes = 64 << 20

    /// Reads a URL such as `amqps://user:password@host:5671/vhost`.
    ///
    /// - Parameter url: Scheme `amqp` or `amqps`. Port, user, password and virtual host may be left out: 5672 or 5671, `guest`, `guest`,
    ///   `/`. An empty path is the virtual host `/`, as is `/%2F`.
    /// - Throws: ``TransportError`` with code `malformedURL` or `forbiddenScheme`, which does not repeat the URL.
    package init(url: String) throws(TransportError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.malformed("it is not a URL")
        }
        guard scheme == "amqp" || scheme == "amqps" else {
            throw TransportError(
                .forbiddenScheme,
                operation: "amqp.configure",
                message: "the broker's URL must begin with amqp:// or amqps://"
            )
        }
        guard let host = parts.host, !host.isEmpty else { throw Self.malformed("it names no host") }
        isEncrypted = scheme == "amqps"
        guard let port = UInt16(exactly: parts.port ?? (isEncrypted ? 5671 : 5672)), port > 0 else {
            throw Self.malformed("its port is not between 1 and 65535")
        }
        // An IPv6 address comes with the brackets of the URL.
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        user = parts.user ?? "guest"
        password = parts.password ?? "guest"
        let path = parts.percentEncodedPath.dropFirst()
        guard !path.contains("/"), let virtualHost = String(path).removingPercentEncoding else {
            throw Self.malformed("its path is not one virtual host; write a slash in the name as %2F")
        }
        self.virtualHost = virtualHost.isEmpty ? "/" : virtualHost
    }

    private static func malformed(_ why: String) -> TransportError {
        TransportError(.malformedURL, operation: "amqp.configure", message: "the broker's URL cannot be used: \(why)")
    }
}

extension AMQPConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with the password left out.
    package var description: String {
        "\(isEncrypted ? "amqps" : "amqp")://\(user):***@\(host):\(port)/\(virtualHost == "/" ? "" : virtualHost)"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Shows nothing but ``description``, so that `dump` keeps the password, too.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
