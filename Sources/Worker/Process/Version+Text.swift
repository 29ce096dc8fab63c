import Logging

extension Version {
    /// What `--version` says: the version, the commit, and the libraries as they are loaded here.
    ///
    /// - Parameters:
    ///   - commit: What the program was built from; empty where that is unknown.
    ///   - environment: Says where ONNX Runtime is.
    /// - Returns: Lines, the first of them for programs that read it.
    package static func text(commit: String, environment: [String: String]) -> String {
        let libraries = LibraryCheck.section(
            of: .run,
            environment: environment,
            logger: Logger(label: "version") { _ in SwiftLogNoOpLogHandler() }
        )
        let origin = commit.isEmpty ? "of an unknown commit" : "commit \(commit.prefix(12))"
        let lines = ["antenna-worker \(current) (\(origin))"] + libraries.findings.map(line)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ library: CheckReport.Finding) -> String {
        "\(library.subject): \(library.status == .missing ? "not found" : library.detail)"
    }
}
