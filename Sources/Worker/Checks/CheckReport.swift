import JSON
import Settings

/// What `check` found, before it is text or JSON.
package struct CheckReport: Sendable, Equatable {
    /// One thing that was looked at.
    package struct Finding: Sendable, Equatable {
        package enum Status: String, Sendable {
            case good
            /// Worth knowing, and no obstacle.
            case note
            /// The worker cannot do its work.
            case missing
        }

        package let status: Status
        let subject: String
        /// The finding; may have several lines.
        let detail: String
        /// How to fix it.
        var remedy: String?
    }

    struct Section: Sendable, Equatable {
        let title: String
        let findings: [Finding]
    }

    /// A setting in force.
    struct SettingLine: Sendable, Equatable {
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
    package var exitStatus: Int32 {
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

extension CheckReport {
    /// One object, for `--json`.
    package var jsonText: String {
        String(decoding: json.encoded(.pretty), as: UTF8.self) + "\n"
    }

    private var json: JSONValue {
        [
            "version": .string(version), "files": .array(files.map(JSONValue.string)),
            "settings": .array(settings.map(\.json)), "mistakes": .array(mistakes.map(JSONValue.string)),
            "sections": .array(sections.map(\.json)),
        ]
    }
}

extension CheckReport.Section {
    /// The section as an object.
    var json: JSONValue { ["title": .string(title), "findings": .array(findings.map(\.json))] }
}

extension CheckReport.SettingLine {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["key": .string(key), "value": .string(value), "origin": .string(origin)]
        members["place"] = place.map(JSONValue.string)
        return .object(members)
    }
}

extension CheckReport.Finding {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "status": .string(status.rawValue), "subject": .string(subject), "detail": .string(detail),
        ]
        members["remedy"] = remedy.map(JSONValue.string)
        return .object(members)
    }
}
