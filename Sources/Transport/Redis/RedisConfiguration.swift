/// Where a Redis server is and how to talk to it.
///
/// The description never shows the password.
package struct RedisConfiguration: Sendable, Hashable {
    /// Where it is.
    package let server: HostPort
    /// Host name or address.
    package var host: String { server.host }
    /// TCP port.
    package var port: UInt16 { server.port }
    /// User name, if the server has users.
    package internal(set) var user: String?
    var password: String?
    /// The file that holds the URL; user and password are read from it again at every login.
    package var urlFile: SecretFile?
    /// The number of the database.
    package let database: Int
    /// How long connecting to each of the name's addresses may take, resolving the name apart, and how long one may stay silent after it
    /// while there are others.
    package var connectTimeout: Duration = .seconds(2)
    /// How long a command may take from being asked to being answered, with the time it waits for others and all its bytes.
    package var commandTimeout: Duration = .seconds(5)
    /// The most commands of one connection that are sent and not answered.
    package var pipelineDepth = 4
    /// The largest value taken, in bytes; Redis itself allows 512 MiB.
    package var valueLimit = 512 << 20

    /// Reads a URL such as `redis://user:password@host:6379/0`.
    ///
    /// - Parameter url: Port, user, password and database may be left out: 6379, none, none, 0. The one parameter is `db`, the database.
    /// - Throws: ``TransportError`` with code `malformedURL`, or `forbiddenScheme` for anything but `redis`; it repeats no part of the URL.
    package init(url: String) throws(TransportError) {
        do throws(ServiceURL.Fault) {
            let parts = try ServiceURL(url, ports: ["redis": 6379])
            guard parts.hosts.count == 1, let server = parts.hosts.first else {
                throw ServiceURL.Fault(why: "it names more than one host, and what is in one Redis is not in another")
            }
            self.server = server
            database = try Self.database(path: parts.path, parameters: parts.parameters)
            user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
            password = parts.password
            guard user == nil || password?.isEmpty == false else {
                throw ServiceURL.Fault(
                    why: "it has a user without a password; for a password alone write redis://:password@host"
                )
            }
        } catch {
            let isTLS = error.isAboutScheme && url.lowercased().hasPrefix("rediss:")
            throw TransportError(
                error.isAboutScheme ? .forbiddenScheme : .malformedURL,
                operation: "redis.configure",
                message: isTLS
                    ? "rediss:// is not supported: use redis:// through a TLS tunnel on this machine"
                    : "the URL of Redis cannot be used: \(error.why)"
            )
        }
    }

    /// This with the user and the password that ``urlFile`` holds now; a file that cannot be used changes nothing.
    func renewed() -> RedisConfiguration {
        guard let text = urlFile?.read(), let fresh = try? RedisConfiguration(url: text) else { return self }
        var renewed = self
        (renewed.user, renewed.password) = (fresh.user, fresh.password)
        return renewed
    }

    private static func database(path: Substring, parameters: [String: String]) throws(ServiceURL.Fault) -> Int {
        guard parameters.keys.allSatisfy({ $0 == "db" }) else {
            throw ServiceURL.Fault(why: "the one parameter it may have is db; user and password stand before the host")
        }
        let texts = [String(path), parameters["db"] ?? ""].filter { !$0.isEmpty }
        let numbers = texts.map { $0.allSatisfy(\.isWholeNumber) ? Int($0) : nil }
        guard !numbers.contains(nil), parameters["db"] != "" else {
            throw ServiceURL.Fault(why: "its database is not a number")
        }
        guard Set(numbers).count <= 1 else { throw ServiceURL.Fault(why: "it names two databases") }
        return numbers.first.flatMap(\.self) ?? 0
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with the password left out.
    package var description: String {
        "redis://\(password == nil ? "" : "\(user ?? ""):***@")\(server)/\(database)"
    }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Shows nothing but ``description``, so that `dump` keeps the password, too.
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
