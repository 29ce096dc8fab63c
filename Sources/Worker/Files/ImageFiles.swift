import Foundation
import Imaging

/// The images that a command was given as files and folders.
///
/// Folders are walked with all folders in them: a camera's card has its pictures in `DCIM/100MEDIA`. Names that begin with a dot are left
/// out, and so are files that are no images by their names. A folder that is met twice, also by a link that leads back to it, is walked once.
package struct ImageFiles: Sendable {
    /// An image, as a path that can be opened, and the folder that was named to find it.
    package struct File: Sendable, Equatable {
        /// The folder as it was named, and the image's place in it.
        package let path: String
        /// The folder that was named; nil for an image that was named itself.
        package let folder: String?

        /// The path from the folder that was named; of an image that was named itself, its last part.
        package var name: String {
            let whole = folder.map { path.dropFirst($0.count) } ?? path.split(separator: "/").last ?? ""
            return String(whole.drop { $0 == "/" })
        }

        package init(path: String, folder: String? = nil) {
            self.path = path
            self.folder = folder
        }
    }

    /// A place that could not be looked at.
    package struct Unreadable: Sendable, Equatable {
        package let path: String
        package let reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// The images, in the order in which they were named, and in a folder in that of their names.
    package private(set) var files: [File] = []
    /// Folders and names that could not be read.
    package private(set) var unreadable: [Unreadable] = []
    private var walked: Set<FileIdentity> = []

    /// Looks for images.
    ///
    /// - Parameters:
    ///   - paths: Images and folders. A path that is not there counts as an image, which cannot be read later.
    ///   - excluded: A folder that is not walked, since what this run writes goes there.
    package init(walking paths: [String], except excluded: String? = nil) {
        if let excluded, let there = FileIdentity(path: excluded) { walked.insert(there) }
        for path in paths {
            if FileIdentity(path: path)?.isFolder == true {
                walk(path, named: path)
            } else {
                files.append(File(path: path))
            }
        }
    }

    /// The files named, and the images in the folders named.
    ///
    /// - Throws: `CommandFailure` when a path is not there, cannot be read, or a folder has no images.
    package static func find(_ paths: [String]) throws -> [File] {
        try paths.flatMap { path in
            guard FileManager.default.fileExists(atPath: path) else { throw CommandFailure("\(path) is not there.") }
            let found = ImageFiles(walking: [path])
            if let first = found.unreadable.first {
                throw CommandFailure("\(first.path) cannot be read: \(first.reason).")
            }
            guard !found.files.isEmpty else { throw CommandFailure("There are no images in \(path).") }
            return found.files
        }
    }

    private mutating func walk(_ folder: String, named root: String) {
        guard let identity = FileIdentity(path: folder), walked.insert(identity).inserted else { return }
        let names: [FolderListing.Name]
        do throws(CommandFailure) {
            names = try FolderListing.names(in: folder)
        } catch {
            unreadable.append(Unreadable(path: folder, reason: "\(error)"))
            return
        }
        for name in names {
            let path = folder.hasSuffix("/") ? "\(folder)\(name.text)" : "\(folder)/\(name.text)"
            guard name.isText else {
                unreadable.append(Unreadable(path: path, reason: "its name is not UTF-8"))
                continue
            }
            let isImage = ImageFormat(fileName: name.text) != nil
            guard let there = FileIdentity(path: path) else {
                // A link that leads nowhere; another that vanished meanwhile is missed by nobody.
                if isImage { files.append(File(path: path, folder: root)) }
                continue
            }
            if there.isFolder {
                walk(path, named: root)
            } else if isImage, there.isFile {
                files.append(File(path: path, folder: root))
            }
        }
    }
}
