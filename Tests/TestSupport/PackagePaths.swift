package import Foundation

/// Where things of this package are while its tests run.
package enum PackagePaths {
    /// The root of the package.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The folder of the pipelines that come with the package.
    package static let models = "\(root)/models"

    /// The worker's executable, built along with the tests.
    package static var executable: String {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: "antenna-worker").path
    }

    /// A fresh folder for one test, which goes with this process at the latest.
    ///
    /// - Throws: What the file system says when it cannot be made.
    package static func scratch(_ name: String) throws -> URL {
        // Short, because sockets are made in it, whose paths hold 107 bytes.
        let folder = allScratch.appending(path: "\(name)-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// All scratch folders of this process.
    private static let allScratch: URL = {
        atexit { try? FileManager.default.removeItem(at: PackagePaths.allScratch) }
        return FileManager.default.temporaryDirectory
            .appending(path: "antenna-tests-\(ProcessInfo.processInfo.processIdentifier)")
    }()
}
