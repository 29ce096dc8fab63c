import Settings
import Telemetry
import Transport

/// Which proxies and which authorities are in force.
enum NetworkCheck {
    /// Looks at settings and environment; connects to nothing.
    static func section(_ settings: WorkerSettings, environment: [String: String]) -> CheckReport.Section {
        do throws(SettingsError) {
            let network = try Network(settings, environment: environment)
            let findings = [
                proxy("Proxy for Antenna", network.antennaProxy, to: settings.antenna.baseURL),
                proxy("Proxy for images", network.imageProxy),
                authorities(network.authorities),
            ]
            return CheckReport.Section(title: "Network", findings: findings)
        } catch {
            let findings = error.mistakes.map {
                CheckReport.Finding.missing(
                    $0.place,
                    $0.reason,
                    remedy: "Fix the variable, or set \($0.place) to none."
                )
            }
            return CheckReport.Section(title: "Network", findings: findings)
        }
    }

    private static func proxy(
        _ subject: String,
        _ choice: ProxyChoice,
        to address: String? = nil
    ) -> CheckReport.Finding {
        switch choice {
        case .none:
            return .good(subject, "none")
        case .proxy(let proxy):
            return .good(subject, "\(proxy)")
        case .environment(let variables):
            guard let summary = variables.summary else {
                return .good(subject, "none: the environment names no proxy")
            }
            let isStraight = address.flatMap { try? HTTPURL($0) }.map { variables.proxy(for: $0) == nil } ?? false
            return .good(subject, "by the environment: \(summary)" + (isStraight ? "; Antenna is asked straight" : ""))
        }
    }

    private static func authorities(_ authorities: TLSAuthorities) -> CheckReport.Finding {
        let subject = "Trusted authorities"
        do throws(TransportError) {
            try authorities.check()
        } catch {
            return .missing(
                subject,
                error.message,
                remedy: "Name a PEM file with --tls-ca, or unset CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR."
            )
        }
        guard authorities.areThere else {
            return .note(
                subject,
                "this system has none: nothing is trusted over https",
                remedy: "Install ca-certificates, or name a PEM file with --tls-ca."
            )
        }
        let named = [authorities.file, authorities.folder].compactMap { $0 }
        return .good(subject, named.isEmpty ? "those of the system" : named.joined(separator: ", "))
    }
}
