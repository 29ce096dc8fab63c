import Foundation
import Transport

/// The network as this machine, or this container, sees it.
enum NetworkInterfaces {
    /// Its IPv4 addresses, but those that lead nowhere else.
    static var addresses: [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [IPAddress] = []
        var entry = list
        while let interface = entry?.pointee {
            entry = interface.ifa_next
            guard interface.ifa_flags & UInt32(IFF_UP) != 0, let address = interface.ifa_addr,
                Int32(address.pointee.sa_family) == AF_INET
            else { continue }
            let bits = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
            }
            let isElsewhere = bits >> 24 != 127 && bits >> 16 != 0xA9FE
            if isElsewhere, !found.contains(.v4(bits)) { found.append(.v4(bits)) }
        }
        return found
    }
}
