import Foundation

extension AMQPConfiguration {
    /// Reads a URL such as `amqps://user:password@one:5671,two/vhost`.
    ///
    /// - Parameter url: Scheme `amqp` or `amqps`. Several hosts, the nodes of a cluster, are separated by commas. Port, user, password and
    ///   virtual host may be left out: 5672 or 5671, `guest`, `guest`, `/`. An empty path is the virtual host `/`, as is `/%2F`. The one
    ///   parameter is `heartbeat`, in seconds.
    /// - Throws: ``TransportError`` with code `malformedURL` or `forbiddenScheme`, which repeats no part of the URL.
    package init(url: String) throws(TransportError) {
        guard let separator = url.firstRange(of: "://") else { throw Self.malformed("it is not a URL") }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "amqp" || scheme == "amqps" else {
            throw TransportError(
                .forbiddenScheme,
                operation: "amqp.configure",
                message: "the broker's URL must begin with amqp:// or amqps://"
            )
        }
        isEncrypted = scheme == "amqps"
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        // A password with a slash in it ends the authority early, and the @ is behind it.
        guard parts.count <= 2, !rest[authority.endIndex...].contains("@"), !rest.contains("#") else {
            throw Self.malformed("in user and password write @ as %40, / as %2F, ? as %3F and # as %23")
        }
        (user, password) = try Self.credentials(parts.count == 2 ? parts[0] : "")
        hosts = try Self.hosts(parts.last ?? "", defaultPort: isEncrypted ? 5671 : 5672)
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        virtualHost = try Self.virtualHost(path)
        let query = rest[path.endIndex...].dropFirst()
        if !query.isEmpty { heartbeat = try Self.heartbeat(query) }
    }

    private static func credentials(_ text: Substring) throws(TransportError) -> (user: String, password: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let user = try plain(parts.first ?? "", "user")
        let password = parts.count == 2 ? try plain(parts[1], "password") : "guest"
        return (user.isEmpty ? "guest" : user, password)
    }

    private static func hosts(_ text: Substring, defaultPort: UInt16) throws(TransportError) -> [HostPort] {
        var hosts: [HostPort] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let host = HostPort(reading: part, defaultPort: defaultPort) else {
                throw malformed("a host in it, or its port, is none")
            }
            if !hosts.contains(host) { hosts.append(host) }
        }
        guard !hosts.isEmpty else { throw malformed("it names no host") }
        return hosts
    }

    private static func virtualHost(_ path: Substring) throws(TransportError) -> String {
        let name = path.dropFirst()
        guard !name.contains("/") else {
            throw malformed("its path is not one virtual host; write a slash in the name as %2F")
        }
        let virtualHost = try plain(name, "virtual host")
        return virtualHost.isEmpty ? "/" : virtualHost
    }

    private static func heartbeat(_ query: Substring) throws(TransportError) -> Duration {
        let parts = query.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "heartbeat", let seconds = Int(parts[1]), (1...600).contains(seconds) else {
            throw malformed("the one parameter it may have is heartbeat, of 1 to 600 seconds")
        }
        return .seconds(seconds)
    }

    /// Decodes what is written with percent signs; control characters would reach a terminal.
    private static func plain(_ text: Substring, _ what: String) throws(TransportError) -> String {
        guard let plain = String(text).removingPercentEncoding,
            plain.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), plain.utf8.count <= 255
        else { throw malformed("its \(what) is too long or no text") }
        return plain
    }

    private static func malformed(_ why: String) -> TransportError {
        TransportError(.malformedURL, operation: "amqp.configure", message: "the broker's URL cannot be used: \(why)")
    }
}
