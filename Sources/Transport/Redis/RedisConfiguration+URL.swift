import Telemetry

extension RedisConfiguration {
    /// Each scheme with the port of hosts that name none; a socket has no host.
    private static let ports: [String: UInt16?] = [
        "redis": 6379, "rediss": 6379, "redis+sentinel": 26379, "rediss+sentinel": 26379, "unix": nil,
    ]

    /// The longest path of a socket that the kernel allows and hiredis copies.
    private static let longestPath = 106

    /// Reads a URL.
    ///
    /// `redis://user:password@host:6379/0`, or `rediss://` with TLS; `unix://user:password@/path/of/the/socket?db=0`;
    /// `redis+sentinel://user:password@one:26379,two/service/0`, or `rediss+sentinel://`. Port, user, password and database may be left
    /// out: 6379 or 26379, none, none, 0.
    ///
    /// - Parameter url: The parameters that are known: `db`, the database, and for Sentinels `sentinel_username` and `sentinel_password`.
    /// - Throws: ``TransportError`` with code `malformedURL`, or `forbiddenScheme` for other schemes and for TLS where the library has none;
    ///   it repeats no part of the URL.
    package init(url: String) throws(TransportError) {
        do throws(ServiceURL.Fault) {
            let parts = try ServiceURL(url, ports: Self.ports)
            isEncrypted = parts.scheme.hasPrefix("rediss")
            guard !isEncrypted || Self.hasTLS else {
                throw ServiceURL.Fault(
                    why:
                        "TLS needs hiredis 1.0 or later and its libhiredis_ssl, and here is \(TransportLibraries.hiredis);"
                        + " use redis:// through a TLS tunnel on this machine",
                    isAboutScheme: true
                )
            }
            (place, database) = try Self.place(parts)
            login = try Self.login(parts.user, parts.password)
            sentinelLogin = try Self.login(parts.parameters["sentinel_username"], parts.parameters["sentinel_password"])
        } catch {
            throw TransportError(
                error.isAboutScheme ? .forbiddenScheme : .malformedURL,
                operation: "redis.configure",
                message: "the URL of Redis cannot be used: \(error.why)"
            )
        }
    }

    private static func login(_ user: String?, _ password: String?) throws(ServiceURL.Fault) -> Login? {
        let user = user.flatMap { $0.isEmpty ? nil : $0 }
        if let password, !password.isEmpty { return Login(user: user, password: password) }
        guard user == nil else {
            throw ServiceURL.Fault(
                why: "it has a user without a password; for a password alone write redis://:password@host"
            )
        }
        return nil
    }

    private static func place(_ parts: ServiceURL) throws(ServiceURL.Fault) -> (Place, database: Int) {
        if parts.scheme == "unix" {
            let path = "/" + (try ServiceURL.plain(parts.path, "path"))
            guard path.utf8.count > 1, path.utf8.count <= longestPath else {
                throw ServiceURL.Fault(why: "a socket's path has 1 to \(longestPath) bytes")
            }
            return (.socket(path), try database(path: "", parts))
        }
        if parts.scheme.hasSuffix("+sentinel") {
            let path = parts.path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let service = path.first, !service.isEmpty else {
                throw ServiceURL.Fault(why: "behind its hosts stands no service: redis+sentinel://host:26379/service/0")
            }
            let name = try ServiceURL.plain(service, "service")
            let number = try database(
                path: path.count == 2 ? path[1] : "",
                parts,
                and: ["sentinel_username", "sentinel_password"]
            )
            return (.sentinels(parts.hosts, service: name), number)
        }
        guard parts.hosts.count == 1, let server = parts.hosts.first else {
            throw ServiceURL.Fault(why: "it names more than one host, and what is in one Redis is not in another")
        }
        return (.host(server), try database(path: parts.path, parts))
    }

    private static func database(
        path: Substring,
        _ parts: ServiceURL,
        and others: Set<String> = []
    ) throws(ServiceURL.Fault) -> Int {
        let known = others.union(["db"])
        guard parts.parameters.keys.allSatisfy(known.contains) else {
            throw ServiceURL.Fault(
                why:
                    "the parameters it may have are \(known.sorted().joined(separator: ", ")); user and password stand before the host"
            )
        }
        let texts = [String(path), parts.parameters["db"] ?? ""].filter { !$0.isEmpty }
        let numbers = texts.map { $0.allSatisfy(\.isWholeNumber) ? Int($0) : nil }
        guard !numbers.contains(nil), parts.parameters["db"] != "" else {
            throw ServiceURL.Fault(why: "its database is not a number")
        }
        guard Set(numbers).count <= 1 else { throw ServiceURL.Fault(why: "it names two databases") }
        return numbers.first.flatMap(\.self) ?? 0
    }
}
