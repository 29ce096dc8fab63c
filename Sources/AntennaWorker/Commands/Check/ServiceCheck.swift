import Pipeline
import Transport

/// Whether Antenna answers and takes the token.
enum ServiceCheck {
    /// Asks Antenna for its projects.
    ///
    /// - Parameters:
    ///   - settings: Where it is, the token, and the way there.
    ///   - isSet: Whether somebody set the address; one that is only the default need not be there.
    /// - Returns: One finding.
    static func section(_ settings: WorkerSettings, isSet: Bool) async -> CheckReport.Section {
        guard isSet else {
            let finding = CheckReport.Finding.note(
                "Antenna",
                "not tried, because no address is set",
                remedy: "Set one with --base-url or \(Catalogue.antennaBaseURL.variables[0])."
            )
            return CheckReport.Section(title: "Services", findings: [finding])
        }
        return CheckReport.Section(title: "Services", findings: [await finding(of: settings)])
    }

    private static func finding(of settings: WorkerSettings) async -> CheckReport.Finding {
        let antenna = settings.antenna
        let subject = "Antenna at \(antenna.baseURL)"
        var policy = HTTPPolicy.api
        policy.totalTimeout = .seconds(10)
        policy.connectTimeout = .seconds(5)
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token = antenna.token { headers.append(name: "Authorization", value: "Token \(token.reveal())") }
        let remedy = "See that the server runs and that --base-url is right."
        do {
            let network = try Network(settings)
            policy.proxy = network.antennaProxy
            let address = try AntennaAddress(antenna.baseURL)
            let url = address.projects(limit: 1, offset: 0)
            let client = try network.makeClient()
            let response = try await client.execute(HTTPRequest(url: url, headers: headers, policy: policy))
            return judge(status: response.status, hasToken: antenna.token != nil, subject: subject)
        } catch let error as TransportError {
            return .missing(subject, error.message, remedy: remedy)
        } catch {
            return .missing(subject, "\(error)", remedy: remedy)
        }
    }

    /// What a status of the list of projects means.
    static func judge(status: Int, hasToken: Bool, subject: String) -> CheckReport.Finding {
        switch status {
        case 200 where hasToken: .good(subject, "answers and takes the token")
        case 200: .good(subject, "answers; no token is set")
        case 401, 403:
            .missing(
                subject,
                hasToken ? "does not take the token (\(status))" : "asks for a token (\(status))",
                remedy: "Set a valid one with --token-file or \(Catalogue.antennaToken.variables[0])."
            )
        case 404:
            .missing(
                subject,
                "has no such address (404)",
                remedy: "The address of the API ends in /api/v2; set it with --base-url."
            )
        case 500...599:
            .missing(subject, "is in trouble (\(status))", remedy: "Try again later, or ask whoever runs the server.")
        default:
            .missing(
                subject,
                "answers with status \(status), which Antenna would not",
                remedy: "See that --base-url leads to Antenna's API, not to another site or a login page."
            )
        }
    }
}
