/// What `check` found, before it is text or JSON.
struct CheckReport: Encodable, Sendable, Equatable {
    /// One thing that was looked at.
    struct Finding: Encodable, Sendable, Equatable {
        enum Status: String, Encodable, Sendable {
            case good
            /// Worth knowing, and no obstacle.
            case note
            /// The worker cannot do its work.
            case missing
        }

        let status: Status
        let subject: String
        /// What was found; may have several lines.
        let detail: String
        /// How to mend it.
        var remedy: String?
    }

    struct Section: Encodable, Sendable, Equatable {
        let title: String
        let findings: [Finding]
    }

    /// A setting in force.
    struct SettingLine: Encodable, Sendable, Equatable {
        let key: String
        /// `<redacted>` for a secret; empty for none.
        let value: String
        let origin: String
        /// The flag, variable or key that set it.
        let place: String?
    }

    let version: String
    /// The files that settings were read from.
    let files: [String]
    let settings: [SettingLine]
    let mistakes: [String]
    var sections: [Section] = []

    init(_ resolved: ResolvedSettings) {
        version = Version.current
        files = resolved.files
        settings = resolved.effective.map {
            SettingLine(key: $0.key, value: $0.text, origin: $0.origin.rawValue, place: $0.place)
        }
        mistakes = resolved.mistakes.map(\.description)
    }

    /// The status the program ends with.
    var exitStatus: Int32 {
        if !mistakes.isEmpty { return ExitStatus.usage }
        let isMissing = sections.contains { $0.findings.contains { $0.status == .missing } }
        return isMissing ? ExitStatus.failure : ExitStatus.success
    }
}

extension CheckReport.Finding {
    static func good(_ subject: String, _ detail: String) -> Self {
        Self(status: .good, subject: subject, detail: detail)
    }

    static func note(_ subject: String, _ detail: String, remedy: String? = nil) -> Self {
        Self(status: .note, subject: subject, detail: detail, remedy: remedy)
    }

    static func missing(_ subject: String, _ detail: String, remedy: String) -> Self {
        Self(status: .missing, subject: subject, detail: detail, remedy: remedy)
    }
}
