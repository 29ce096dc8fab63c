/// Which addresses a request may connect to.
///
/// Task messages name image hosts, so without this a task could make the worker read its cloud's metadata service or knock at
/// neighbours. Link-local, metadata, multicast and unusable addresses are refused always; private ones, loopback among them,
/// by setting. Addresses that carry an IPv4 address inside (mapped, translated, NAT64, 6to4, Teredo) are judged by both.
package struct AddressPolicy: Sendable, Hashable {
    /// Whether private networks, loopback and shared address space may be reached.
    package var allowsPrivate: Bool

    /// Makes a policy.
    ///
    /// - Parameter allowsPrivate: Whether private networks and loopback may be reached.
    package init(allowsPrivate: Bool) {
        self.allowsPrivate = allowsPrivate
    }

    /// Judges an address.
    ///
    /// - Parameter address: The address that would be connected to.
    /// - Returns: Why it is refused, for instance `is a link-local or metadata address`; `nil` when it is allowed.
    package func refusal(of address: IPAddress) -> String? {
        switch Self.kind(of: address) {
        case .ordinary: nil
        case .private: allowsPrivate ? nil : "is a private address, which is not allowed here"
        case .linkLocalOrMetadata: "is a link-local or metadata address"
        case .unusable: "is not the address of a host"
        }
    }

    /// Judges a host that somebody else resolves, a proxy: by its name alone, or by the address that is written there.
    ///
    /// - Parameter host: A name in lower case, or an address.
    /// - Returns: Why it is refused; `nil` when it is allowed.
    package func refusal(ofName host: String) -> String? {
        var name = host[...]
        // As the end of a name they say where it is looked up, and mean nothing else.
        while name.last == "." { name.removeLast() }
        if let address = IPAddress(name) { return refusal(of: address) }
        if Self.endsInNumber(name) { return "is an address in a form that could be read in several ways" }
        if Self.metadataNames.contains(String(name)) { return "is the name of a metadata service" }
        let isPrivate = !name.contains(".") || Self.privateSuffixes.contains { name.hasSuffix($0) }
        return isPrivate && !allowsPrivate ? "is a name of a private network, which is not allowed here" : nil
    }

    /// Whether a name's last part is a number, as that of no host is: the name is an IPv4 address to those who read it so.
    private static func endsInNumber(_ name: Substring) -> Bool {
        let last = name.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        let isHexadecimal = last.hasPrefix("0x") && last.dropFirst(2).allSatisfy(\.isHexDigit)
        return !last.isEmpty && last.utf8.allSatisfy { (0x30...0x39).contains($0) } || isHexadecimal
    }

    private static let metadataNames: Set<String> = [
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
        "metadata.tencentyun.com", "metadata.packet.net", "metadata.platformequinix.com",
    ]

    /// Names that mean something in one network only (RFC 6761, RFC 6762, RFC 8375, and custom).
    private static let privateSuffixes = [
        ".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan",
        ".home.arpa",
    ]

    /// The kinds of address, from harmless to refused; the order decides between an address and the one inside it.
    package enum Kind: Int, Sendable, Comparable {
        /// A public address.
        case ordinary
        /// Loopback, a private network, or shared address space.
        case `private`
        /// Unspecified, multicast, broadcast or reserved.
        case unusable
        /// Reaches only the own link, or the metadata service of a cloud.
        case linkLocalOrMetadata

        package static func < (left: Kind, right: Kind) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Sorts an address into its kind, embedded IPv4 addresses included.
    ///
    /// - Parameter address: Any address.
    /// - Returns: The worst kind among the address and those inside it.
    package static func kind(of address: IPAddress) -> Kind {
        switch address {
        case .v4(let bits):
            kind(ofV4: bits)
        case .v6(let bits):
            embeddedV4(in: bits).map(kind(ofV4:)).reduce(kind(ofV6: bits), max)
        }
    }
}

extension AddressPolicy {
    /// Ranges from the IANA special-purpose registries (RFC 6890 and its successors) and the clouds' own documents.
    private static func kind(ofV4 bits: UInt32) -> Kind {
        switch bits {
        case v4("169.254.0.0", 16),
            v4("100.100.100.200", 32),  // Alibaba Cloud metadata
            v4("168.63.129.16", 32),  // Azure's host services
            v4("192.0.0.192", 32):  // Oracle Cloud metadata, older form
            .linkLocalOrMetadata
        case v4("0.0.0.0", 8), v4("224.0.0.0", 4), v4("240.0.0.0", 4):
            .unusable
        case v4("10.0.0.0", 8), v4("172.16.0.0", 12), v4("192.168.0.0", 16), v4("127.0.0.0", 8), v4("100.64.0.0", 10),
            v4("198.18.0.0", 15), v4("192.0.0.0", 24):
            .private
        default:
            .ordinary
        }
    }

    private static func kind(ofV6 bits: UInt128) -> Kind {
        switch bits {
        case v6("fe80::", 10),
            v6("fd00:ec2::254", 128),  // Amazon EC2 metadata
            v6("fd20:ce::254", 128):  // Google Cloud metadata
            .linkLocalOrMetadata
        case v6("::", 128), v6("ff00::", 8):
            .unusable
        case v6("::1", 128), v6("fc00::", 7), v6("fec0::", 10), v6("64:ff9b:1::", 48):
            .private
        default:
            .ordinary
        }
    }

    /// Every IPv4 address that a gateway could take out of an IPv6 address.
    private static func embeddedV4(in bits: UInt128) -> [UInt32] {
        let low = UInt32(truncatingIfNeeded: bits)
        switch bits {
        case v6("::", 128), v6("::1", 128):
            return []
        case v6("::ffff:0:0", 96), v6("::ffff:0:0:0", 96), v6("::", 96), v6("64:ff9b::", 96):
            return [low]
        case v6("64:ff9b:1::", 48):
            // RFC 8215 leaves the layout to the network: the one for a 48-bit prefix skips bits 64 to 71 (RFC 6052, 2.2).
            let upper = UInt32(truncatingIfNeeded: bits >> 64) & 0xFFFF
            let lower = UInt32(truncatingIfNeeded: bits >> 40) & 0xFFFF
            // A layout that is not the one in use reads as zero.
            return [low, upper << 16 | lower].filter { $0 != 0 }
        case v6("2002::", 16):
            return [UInt32(truncatingIfNeeded: bits >> 80)]
        case v6("2001::", 32):
            return [UInt32(truncatingIfNeeded: bits >> 64), ~low]
        default:
            return []
        }
    }

    /// A network to match with `case`: the address space as a range of numbers.
    private static func v4(_ network: StaticString, _ prefix: Int) -> ClosedRange<UInt32> {
        guard case .v4(let first)? = IPAddress(network.description) else {
            preconditionFailure("not an IPv4 network: \(network)")
        }
        let hosts: UInt32 = prefix == 32 ? 0 : .max >> prefix
        return first...(first | hosts)
    }

    private static func v6(_ network: StaticString, _ prefix: Int) -> ClosedRange<UInt128> {
        guard case .v6(let first)? = IPAddress(network.description) else {
            preconditionFailure("not an IPv6 network: \(network)")
        }
        let hosts: UInt128 = prefix == 128 ? 0 : .max >> UInt128(prefix)
        return first...(first | hosts)
    }
}
