import Foundation

/// Finds the images that a command was given as files and folders.
package enum ImageFiles {
    private static let extensions: Set = ["jpg", "jpeg", "png", "webp", "tif", "tiff", "bmp", "gif"]

    /// The files named, and the images in the folders named, in the order of their names.
    ///
    /// - Throws: `CommandFailure` when a path is not there or a folder has no images.
    package static func find(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path -> [String] in
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                throw CommandFailure("\(path) is not there.")
            }
            guard isDirectory.boolValue else { return [path] }
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { extensions.contains(($0 as NSString).pathExtension.lowercased()) }
                .sorted()
                .map { (path as NSString).appendingPathComponent($0) }
            guard !files.isEmpty else { throw CommandFailure("There are no images in \(path).") }
            return files
        }
    }
}
