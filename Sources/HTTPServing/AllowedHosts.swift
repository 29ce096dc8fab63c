/// The names under which a server wants to be asked.
///
/// A page of somebody else's can make a browser look its own name up as 127.0.0.1 and read what is there (DNS rebinding). The browser still
/// says whom it believes to ask: what was asked by another name is not answered.
package struct AllowedHosts: Sendable {
    private let names: Set<String>
    private let takesAnyAddress: Bool

    /// Allows loopback names, the address listened on, and further names; a server on every interface is asked by any IP address, since
    /// those cannot be rebound.
    package init(address: String, names: [String] = []) {
        self.names = Set(names.map(Self.normalised)).union([Self.normalised(address)])
        takesAnyAddress = ["0.0.0.0", "::"].contains(address)
    }

    /// Whether the value of a `Host` header may stand there.
    package func allows(_ host: String?) -> Bool {
        guard let host, let name = Self.name(of: host) else { return false }
        return name == "localhost" || name.hasSuffix(".localhost") || names.contains(name)
            || Self.isLoopback(name) || (takesAnyAddress && Self.isAddress(name))
    }

    /// The name without its port, nil for what is no host.
    private static func name(of host: String) -> String? {
        let name: Substring
        let rest: Substring
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            name = host[host.index(after: host.startIndex)..<end]
            rest = host[host.index(after: end)...]
        } else {
            name = host.prefix { $0 != ":" }
            rest = host.dropFirst(name.count)
        }
        guard !name.isEmpty, rest.isEmpty || (rest.hasPrefix(":") && rest.dropFirst().allSatisfy(\.isASCIIDigit)) else {
            return nil
        }
        return normalised(String(name))
    }

    private static func normalised(_ name: String) -> String {
        var name = name.lowercased()
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    private static func isLoopback(_ name: String) -> Bool {
        name == "::1" || (name.hasPrefix("127.") && isAddress(name))
    }

    private static func isAddress(_ name: String) -> Bool {
        if name.contains(":") { return name.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isASCIIDigit) && UInt8($0) != nil }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
