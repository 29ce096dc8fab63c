import Foundation
import PackagePlugin

/// Writes down which commit a target is built from, as the constant `buildCommit`.
///
/// A manifest can ask for it, too, and SwiftPM keeps the answer for as long as the manifest is the same: it would name the commit of days ago.
@main
struct BuildCommit: BuildToolPlugin {
    // Builds without a repository, as in a container, say it by a variable; empty where neither knows.
    private static let script = """
        commit="${ANTENNA_BUILD_COMMIT:-$(git -C "$1" rev-parse HEAD 2>/dev/null)}"
        printf 'let buildCommit = "%s"\\n' "$(printf %s "$commit" | tr -cd 0-9a-f)" >"$2"
        """

    func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
        let output = context.pluginWorkDirectoryURL.appending(path: "BuildCommit.swift")
        return [
            .buildCommand(
                displayName: "Asking git for the commit",
                executable: URL(filePath: "/bin/sh"),
                arguments: ["-c", Self.script, "sh", context.package.directoryURL.path, output.path],
                inputFiles: Self.headLog(of: context.package.directoryURL).map { [$0] } ?? [],
                outputFiles: [output]
            )
        ]
    }

    /// Where git notes every move of HEAD: when it changes, the question is asked again.
    private static func headLog(of package: URL) -> URL? {
        var repository = package.appending(path: ".git")
        // In a further work tree it is a file that names the folder.
        if let pointer = try? String(contentsOf: repository, encoding: .utf8), pointer.hasPrefix("gitdir: ") {
            let path = pointer.dropFirst("gitdir: ".count).trimmingCharacters(in: .newlines)
            repository = URL(filePath: path, relativeTo: package)
        }
        let log = repository.appending(path: "logs/HEAD")
        return FileManager.default.fileExists(atPath: log.path) ? log : nil
    }
}
