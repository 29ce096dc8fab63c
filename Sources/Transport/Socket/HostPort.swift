/// A host and a port as they are set: a name, behind which several machines may stand, or an address.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
    /// Host name or address, without brackets.
    package let host: String
    /// TCP port.
    package let port: UInt16

    /// Names a host.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL, an IPv6 address in brackets.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `name`, `name:port`, `[address]` or `[address]:port`; nil when it is none, or the port is not between 1 and 65535.
    ///
    /// - Parameters:
    ///   - text: What stands between the commas of a list of hosts.
    ///   - defaultPort: The port of one that names none.
    init?(reading text: Substring, defaultPort: UInt16) {
        let name: Substring
        let rest: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard name.contains(":") else { return nil }
        } else {
            name = text.prefix { $0 != ":" }
            rest = text[name.endIndex...]
        }
        guard !name.isEmpty, name.utf8.count <= 255, name.unicodeScalars.allSatisfy(Self.isAllowed) else { return nil }
        var port = defaultPort
        if !rest.isEmpty {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
                let number = UInt16(digits), number > 0
            else { return nil }
            port = number
        }
        self.init(host: String(name), port: port)
    }

    /// Letters of any script, for names that are; no control characters, which would reach a terminal.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._:%".unicodeScalars.contains(scalar)
    }
}
