internal import Glibc

/// An IPv4 or IPv6 address in host byte order, for judging where a connection goes.
package enum IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bits of an IPv4 address.
    case v4(UInt32)
    /// The 128 bits of an IPv6 address.
    case v6(UInt128)

    /// Reads the strict text forms: four decimal parts, or IPv6 with or without brackets.
    ///
    /// Hosts written as `0x7f.1` or `2130706433` are not read here: libcurl brings them into the strict form first.
    ///
    /// - Parameter text: The address; a zone (`%eth0`) is ignored.
    package init?(_ text: some StringProtocol) {
        var bare = text[...]
        if bare.first == "[", bare.last == "]" { bare = bare.dropFirst().dropLast() }
        let address = String(bare.prefix { $0 != "%" })
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, address, &six) == 1 {
            self = withUnsafeBytes(of: &six) { .v6(UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self))) }
        } else {
            return nil
        }
    }

    /// The address in the text form of RFC 5952, as the system writes it.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .v4(let bits):
            var address = in_addr(s_addr: bits.bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        case .v6(let bits):
            var bigEndian = bits.bigEndian
            inet_ntop(AF_INET6, &bigEndian, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension IPAddress {
    /// Reads a socket address.
    ///
    /// - Parameters:
    ///   - address: The socket address, of any alignment.
    ///   - family: `AF_INET` or `AF_INET6`.
    /// - Returns: The address and port; `nil` for other families and when bytes are missing.
    static func socketAddress(_ address: UnsafeRawBufferPointer, family: Int32) -> (address: IPAddress, port: UInt16)? {
        switch family {
        case AF_INET where address.count >= MemoryLayout<sockaddr_in>.size:
            let four = address.loadUnaligned(as: sockaddr_in.self)
            return (.v4(UInt32(bigEndian: four.sin_addr.s_addr)), UInt16(bigEndian: four.sin_port))
        case AF_INET6 where address.count >= MemoryLayout<sockaddr_in6>.size:
            let six = address.loadUnaligned(as: sockaddr_in6.self)
            let bits = withUnsafeBytes(of: six.sin6_addr) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
            return (.v6(bits), UInt16(bigEndian: six.sin6_port))
        default:
            return nil
        }
    }
}
