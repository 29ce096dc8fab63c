import Foundation

/// Text files of the package that speak of the program.
package enum PackageFiles {
    /// The text files at or below `paths`, which are relative to the package's root, by their paths.
    ///
    /// - Throws: What the file system says when one cannot be read.
    package static func texts(at paths: String...) throws -> [String: String] {
        var texts: [String: String] = [:]
        for path in paths {
            for file in files(at: path) {
                // A compiled or binary file is no text; a folder neither.
                guard let text = try? String(contentsOfFile: "\(PackagePaths.root)/\(file)", encoding: .utf8) else {
                    continue
                }
                texts[file] = text
            }
        }
        return texts
    }

    private static func files(at path: String) -> [String] {
        let below = FileManager.default.enumerator(atPath: "\(PackagePaths.root)/\(path)")
        let files = (below?.allObjects as? [String] ?? []).map { "\(path)/\($0)" }
        return files.isEmpty ? [path] : files
    }
}
