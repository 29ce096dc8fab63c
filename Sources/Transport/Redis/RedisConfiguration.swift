import CHiredis

/// Where a Redis server is and how to talk to it.
///
/// The description never shows a password.
package struct RedisConfiguration: Sendable, Hashable {
    /// Where the server is, or who knows.
    enum Place: Sendable, Hashable {
        case host(HostPort)
        /// Behind a socket of this machine that has this path.
        case socket(String)
        /// Where one of these Sentinels says that the master of a service is.
        case sentinels([HostPort], service: String)
    }

    /// Who logs in.
    struct Login: Sendable, Hashable {
        /// None for the user that needs no name.
        var user: String?
        var password: String
    }

    let place: Place
    /// Whether the scheme says TLS.
    package let isEncrypted: Bool
    var login: Login?
    /// For Sentinels that ask for one.
    var sentinelLogin: Login?
    /// The number of the database.
    let database: Int
    /// The file that holds the URL; users and passwords are read from it again at every login.
    package var urlFile: SecretFile?
    /// A PEM file of the authorities to trust for `rediss://`; `nil` means the system's.
    package var authorities: String?
    /// How long connecting to each of the name's addresses may take, resolving the name apart, and how long one may take to log in while
    /// there are others.
    package var connectTimeout: Duration = .seconds(2)
    /// How long a command may take from being asked to being answered, with the time it waits for others and all its bytes.
    package var commandTimeout: Duration = .seconds(5)
    /// The largest value taken, in bytes; Redis itself allows 512 MiB.
    package var valueLimit = 512 << 20

    /// Whether `rediss://` can be used: hiredis has TLS from 1.0 on, in a library of its own.
    package static var hasTLS: Bool { chiredis_has_tls() }

    /// This with the users and passwords that ``urlFile`` holds now; a file that cannot be used changes nothing.
    func renewed() -> RedisConfiguration {
        guard let text = urlFile?.read(), let fresh = try? RedisConfiguration(url: text) else { return self }
        var renewed = self
        (renewed.login, renewed.sentinelLogin) = (fresh.login, fresh.sentinelLogin)
        return renewed
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with the passwords left out.
    package var description: String {
        let user = login.map { "\($0.user ?? ""):***@" } ?? ""
        let scheme = isEncrypted ? "rediss" : "redis"
        return switch place {
        case .host(let server): "\(scheme)://\(user)\(server)/\(database)"
        case .socket(let path): "unix://\(user)\(path)?db=\(database)"
        case .sentinels(let servers, let service):
            "\(scheme)+sentinel://\(user)\(servers.map(\.description).joined(separator: ","))/\(service)/\(database)"
        }
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Shows nothing but ``description``, so that `dump` keeps the passwords, too.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
