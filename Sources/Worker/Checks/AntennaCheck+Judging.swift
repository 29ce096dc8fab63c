import Antenna
import Settings

extension AntennaCheck {
    /// Judges the registrations of pipelines with a project.
    ///
    /// - Parameters:
    ///   - problems: What is wrong with them.
    ///   - subject: What is judged.
    /// - Returns: One finding for all of them.
    static func judge(_ problems: [String], subject: String) -> CheckReport.Finding {
        guard !problems.isEmpty else { return .good(subject, "has the pipelines registered") }
        return .missing(
            subject,
            problems.joined(separator: "; "),
            remedy: "Run 'antenna-worker register': results would be dropped, so tasks are not taken."
        )
    }

    /// Judges the rights on some jobs.
    static func judge(allowed: [Int], forbidden: [Int], subject: String) -> CheckReport.Finding {
        let named = forbidden.map(String.init).joined(separator: ", ")
        guard !forbidden.isEmpty else {
            return .good(subject, "may take tasks and post results of the jobs there are")
        }
        guard allowed.isEmpty else {
            return .note(subject, "may not work on \(named); the others go on", remedy: AntennaRights.work)
        }
        return .missing(subject, "may not take tasks or post results of \(named)", remedy: AntennaRights.work)
    }

    /// Judges the status of the list of projects.
    static func judge(status: Int, hasToken: Bool, subject: String) -> CheckReport.Finding {
        switch status {
        case 200 where hasToken: .good(subject, "answers and takes the token")
        case 200: .good(subject, "answers; no token is set")
        case 401:
            .missing(
                subject,
                hasToken ? "does not take the token (\(status))" : "asks for a token (\(status))",
                remedy: "Set a valid one with --token-file or \(AntennaSettings().token.variables[0])."
            )
        case 403:
            .missing(subject, "forbids the token's user to look (403)", remedy: AntennaRights.work)
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
                status == 0
                    ? "does not answer as Antenna would"
                    : "answers with status \(status), which Antenna would not",
                remedy: notTheAPI
            )
        }
    }
}
