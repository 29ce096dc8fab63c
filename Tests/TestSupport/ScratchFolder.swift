import Foundation

/// A folder for one test, which goes with it.
package final class ScratchFolder {
    package let directory: String

    package init() throws {
        directory = try PackagePaths.scratch("test").path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes a file of the folder.
    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
    }
}
