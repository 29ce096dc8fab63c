import Foundation
import Settings
import Transport

/// Finds secrets that others could read or guess: a token without TLS, a password without TLS, the user that every broker has by default.
enum ExposureCheck {
    /// Looks at the settings alone; asks nobody.
    ///
    /// - Parameters:
    ///   - antenna: Where Antenna is, and whether there is a token.
    ///   - broker: Where RabbitMQ is, and with which user; what cannot be read is another check's finding.
    /// - Returns: A note for each exposure; a service on this machine is none.
    static func findings(antenna: AntennaSettings.Values, broker: BrokerSettings.Values) -> [CheckReport.Finding] {
        var findings: [CheckReport.Finding] = []
        let api = URLComponents(string: antenna.baseURL)
        if antenna.token != nil, api?.scheme?.lowercased() == "http", let host = api?.host, !isThisMachine(host) {
            findings.append(
                .note(
                    "The token goes to \(host) without encryption",
                    "everybody on the way can read it and use it",
                    remedy: "Use https:// in --base-url, or a network that only the two machines share."
                )
            )
        }
        guard let url = broker.url, let configuration = try? AMQPConfiguration(url: url.reveal()) else {
            return findings
        }
        let remote = configuration.hosts.map(\.host).filter { !isThisMachine($0) }
        guard let first = remote.first else { return findings }
        if configuration.user == "guest" {
            findings.append(
                .note(
                    "The user of RabbitMQ at \(first) is guest",
                    "whose password everybody knows, and who by default may log in from the broker's own machine alone",
                    remedy: "Make a user: rabbitmqctl add_user NAME, then set_permissions; put it into the address."
                )
            )
        }
        if !configuration.isEncrypted {
            findings.append(
                .note(
                    "The password of RabbitMQ goes to \(first) without encryption",
                    "everybody on the way can read it",
                    remedy: "Use amqps://, or a network that only the two machines share."
                )
            )
        }
        return findings
    }

    /// Whether a host is the loopback, by name or address.
    static func isThisMachine(_ host: String) -> Bool {
        switch IPAddress(host) {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let bits): bits == 1
        case nil: host.lowercased() == "localhost" || host.lowercased().hasSuffix(".localhost")
        }
    }
}
