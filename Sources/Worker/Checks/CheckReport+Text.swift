import Transport

extension CheckReport {
    /// The report for people.
    package func text(on terminal: Terminal) -> String {
        var lines = [terminal.styled("antenna-worker \(version)", .bold), "", terminal.styled("Settings", .bold)]
        let keyWidth = settings.map(\.key.count).max() ?? 0
        for setting in settings {
            let key = setting.key + String(repeating: " ", count: keyWidth - setting.key.count)
            let value = setting.value.isEmpty ? "–" : setting.value.visible
            let place = setting.place.map { $0 == setting.origin ? "" : ": \($0.visible)" } ?? ""
            lines.append("  \(key)  \(value)  \(terminal.styled("(\(setting.origin)\(place))", .dim))")
        }
        lines += ["", "  Read from \(files.isEmpty ? "no file" : files.joined(separator: " and "))"]
        if !mistakes.isEmpty {
            lines += ["", terminal.styled("Mistakes in the settings", .bold)]
            lines += mistakes.map { "  \(terminal.styled("✗", .red)) \("\($0)".visible)" }
            lines += ["", "Nothing else was checked. Fix these first; docs/configuration.md lists all settings."]
        }
        for section in sections { lines += [""] + section.lines(on: terminal) }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension CheckReport.Section {
    /// The section for people.
    func lines(on terminal: Terminal) -> [String] {
        [terminal.styled(title.visible, .bold)] + findings.flatMap { $0.lines(on: terminal) }
    }
}

extension CheckReport.Finding {
    /// The finding for people, a mark in front of it.
    package func lines(on terminal: Terminal) -> [String] {
        let mark =
            switch status {
            case .good: terminal.styled("✓", .green)
            case .note: terminal.styled("–", .yellow)
            case .missing: terminal.styled("✗", .red)
            }
        let detail = detail.split(separator: "\n", omittingEmptySubsequences: false)
        var lines = ["  \(mark) \(subject.visible): \(String(detail.first ?? "").visible)"]
        lines += detail.dropFirst().map { "    \(String($0).visible)" }
        if let remedy { lines.append("    → \(remedy.visible)") }
        return lines
    }
}
