import JSON
import Transport

/// An explanation of what holds up a job, or all of them, before it is text or JSON.
package struct Explanation: Sendable, Equatable {
    let version = Version.current
    let sections: [CheckReport.Section]

    /// The obstacles, a sentence each; empty when none is seen.
    var holdUps: [String] {
        sections.flatMap { section in
            section.findings.filter { $0.status == .missing }.map { finding in
                let reason = finding.detail.split(separator: "\n").first.map(String.init) ?? ""
                return "\(section.title): \(finding.subject): \(reason)"
            }
        }
    }

    /// The status the program ends with.
    package var exitStatus: Int32 { holdUps.isEmpty ? ExitStatus.success : ExitStatus.failure }
}

extension Explanation {
    /// The explanation for people, what it comes to at its end.
    package func text(on terminal: Terminal) -> String {
        var lines = [terminal.styled("antenna-worker \(version)", .bold)]
        for section in sections { lines += [""] + section.lines(on: terminal) }
        guard !holdUps.isEmpty else {
            return (lines + ["", "Nothing seen here holds it up."]).joined(separator: "\n") + "\n"
        }
        lines += ["", terminal.styled("What holds it up", .bold)]
        lines += holdUps.enumerated().map { "  \($0 + 1). \($1.visible)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One object, for `--json`.
    package var jsonText: String {
        let json: JSONValue = [
            "version": .string(version), "hold_ups": .array(holdUps.map(JSONValue.string)),
            "sections": .array(sections.map(\.json)),
        ]
        return String(decoding: json.encoded(.pretty), as: UTF8.self) + "\n"
    }
}
