import Foundation

/// Where a Redis server is and how to talk to it.
///
/// The description never shows the password.
package struct RedisConfiguration: Sendable, Hashable {
    /// Host name or address.
    package let host: String
    /// TCP port.
    package let port: UInt16
    /// User name, if the server has users.
    package let user: String?
    let password: String?
    /// The number of the database.
    package let database: Int
    /// How long connecting may take, resolving the name apart.
    package var connectTimeout: Duration = .seconds(2)
    /// How long a command may take from being asked to being answered, with the time it waits for others and all its bytes.
    package var commandTimeout: Duration = .seconds(5)
    /// The most commands of one connection that are sent and not answered.
    package var pipelineDepth = 4
    /// The largest value taken, in bytes; Redis itself allows 512 MiB.
    package var valueLimit = 512 << 20

    /// Reads a URL such as `redis://user:password@host:6379/0`.
    ///
    /// - Parameter url: Port, user, password and database may be left out: 6379, none, none, 0.
    /// - Throws: ``TransportError`` with code `malformedURL`, or `forbiddenScheme` for anything but `redis`; it does not repeat the URL.
    package init(url: String) throws(TransportError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.malformed("it is not a URL")
        }
        if scheme == "rediss" {
            throw TransportError(
                .forbiddenScheme,
                operation: "redis.configure",
                message: "rediss:// is not supported: use redis:// through a TLS tunnel on this machine"
            )
        }
        guard scheme == "redis" else {
            throw TransportError(
                .forbiddenScheme,
                operation: "redis.configure",
                message: "the URL of Redis must begin with redis://"
            )
        }
        guard let host = parts.host, !host.isEmpty else { throw Self.malformed("it names no host") }
        guard let port = UInt16(exactly: parts.port ?? 6379), port > 0 else {
            throw Self.malformed("its port is not between 1 and 65535")
        }
        let path = parts.path.dropFirst()
        guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
            throw Self.malformed("its path is not the number of a database")
        }
        // An IPv6 address comes with the brackets of the URL.
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        self.database = database
        user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password
    }

    private static func malformed(_ why: String) -> TransportError {
        TransportError(.malformedURL, operation: "redis.configure", message: "the URL of Redis cannot be used: \(why)")
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with the password left out.
    package var description: String {
        "redis://\(password == nil ? "" : "\(user ?? ""):***@")\(host):\(port)/\(database)"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Shows nothing but ``description``, so that `dump` keeps the password, too.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
