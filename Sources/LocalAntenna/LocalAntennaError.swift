/// Why the local Antenna cannot serve.
package struct LocalAntennaError: Error, CustomStringConvertible {
    /// The kinds of trouble.
    package enum Code: Sendable {
        /// The address is no IPv4 or IPv6 address.
        case badAddress
        /// The address or port is taken, or not allowed.
        case cannotListen
    }

    /// The kind of trouble.
    package let code: Code
    /// A sentence for people.
    package let description: String

    init(_ code: Code, _ reason: String, configuration: LocalAntennaConfiguration) {
        self.code = code
        self.description = "cannot listen on \(configuration.address) port \(configuration.port): \(reason)"
    }
}
