import Foundation
import TestSupport

/// The text of this package's own sources.
enum PackageSources {
    /// All Swift files below `Sources` by their paths there.
    ///
    /// - Throws: What the file system says when one cannot be read.
    static func swift() throws -> [(path: String, text: String)] {
        let folder = "\(PackagePaths.root)/Sources"
        let paths = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.map { path in
            (path, try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8))
        }
    }
}
