import Foundation

/// The URL of a service with its login, `scheme://user:password@host:port,host/path?name=value`, taken apart so that nothing in it is ignored.
///
/// What may be a password that was not encoded is refused: another reading of it would send a part of it to a resolver, and show it. No error repeats
/// any part of the URL, since nobody can tell which part is the password.
struct ServiceURL {
    /// Why a URL cannot be used, to follow "the URL cannot be used: ".
    struct Fault: Error, Equatable {
        let why: String
        /// Whether the scheme is another one.
        var isAboutScheme = false
    }

    /// In lower case.
    let scheme: String
    let user: String?
    let password: String?
    /// One or more, none of them twice; none for a path on this machine.
    let hosts: [HostPort]
    /// As it is written, without its first slash.
    let path: Substring
    /// The parameters, decoded.
    let parameters: [String: String]

    /// Longer texts are none of a URL of a service.
    private static let longest = 255

    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - text: The URL.
    ///   - ports: The schemes that are taken, each with the port of hosts that name none; no port is one of a path on this machine, without a host.
    /// - Throws: ``Fault``.
    init(_ text: String, ports: [String: UInt16?]) throws(Fault) {
        guard let separator = text.firstRange(of: "://") else { throw Fault(why: "it is not a URL") }
        scheme = text[..<separator.lowerBound].lowercased()
        guard let port = ports[scheme] else {
            let schemes = ports.keys.sorted().map { "\($0)://" }.joined(separator: " or ")
            throw Fault(why: "it must begin with \(schemes)", isAboutScheme: true)
        }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        // A password with a slash in it ends the authority early, and the @ is behind it.
        guard parts.count <= 2, !rest[authority.endIndex...].contains("@"), !rest.contains("#") else {
            throw Fault(why: "in user and password write @ as %40, / as %2F, ? as %3F and # as %23")
        }
        let login =
            parts.count == 2 ? parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) : []
        user = try login.first.map { (text) throws(Fault) in try Self.plain(text, "user") }
        password = login.count == 2 ? try Self.plain(login[1], "password") : nil
        hosts = try port.map { (port) throws(Fault) in try Self.hosts(parts.last ?? "", defaultPort: port) } ?? []
        guard port != nil || parts.last?.isEmpty == true else {
            throw Fault(why: "it names a host, and a socket is on this machine: \(scheme):///path")
        }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        self.path = path.dropFirst()
        parameters = try Self.parameters(rest[path.endIndex...].dropFirst())
    }

    private static func hosts(_ text: Substring, defaultPort: UInt16) throws(Fault) -> [HostPort] {
        var hosts: [HostPort] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let host = HostPort(reading: part, defaultPort: defaultPort) else {
                throw Fault(why: "a host in it, or its port, is none")
            }
            if !hosts.contains(host) { hosts.append(host) }
        }
        return hosts
    }

    private static func parameters(_ query: Substring) throws(Fault) -> [String: String] {
        var parameters: [String: String] = [:]
        for item in query.split(separator: "&", omittingEmptySubsequences: false) where !query.isEmpty {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Fault(why: "a parameter behind its ? has no value") }
            let name = try plain(parts[0], "query")
            guard parameters.updateValue(try plain(parts[1], "query"), forKey: name) == nil else {
                throw Fault(why: "a parameter behind its ? is repeated")
            }
        }
        return parameters
    }

    /// Decodes what is written with percent signs; control characters would reach a terminal, and end a text in C.
    ///
    /// - Parameters:
    ///   - text: As it is written.
    ///   - what: What it is, for the error.
    /// - Returns: As it is meant.
    /// - Throws: ``Fault``.
    static func plain(_ text: Substring, _ what: String) throws(Fault) -> String {
        guard let plain = String(text).removingPercentEncoding,
            plain.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), plain.utf8.count <= longest
        else { throw Fault(why: "its \(what) is too long or no text") }
        return plain
    }
}
