/// One address of a host, to connect to without asking for the name again.
struct HostAddress: Sendable, Hashable, CustomStringConvertible {
    /// The host as it was set; what a certificate is compared with.
    let host: HostPort
    /// The address in digits.
    let numeric: String

    /// The host, and the address where that is not the same.
    var description: String { numeric == host.host ? "\(host)" : "\(host) (\(numeric))" }
}
