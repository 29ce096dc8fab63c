import Foundation

/// Paths as they are written into a file that is moved along with what it names.
struct RelativePath: Sendable {
    private let folder: [Substring]

    /// Of paths as seen from the folder that a file lies in.
    init(from file: String) {
        folder = Self.parts(of: file).dropLast()
    }

    /// The way to a file from the folder; with `..` where it leads out of it.
    func way(to path: String) -> String {
        let target = Self.parts(of: path)
        let common = zip(folder, target.dropLast()).prefix { $0 == $1 }.count
        return (Array(repeating: "..", count: folder.count - common) + target.dropFirst(common))
            .joined(separator: "/")
    }

    /// The way to a file where it lies in the folder or below; the whole path where it does not.
    func inside(_ path: String) -> String {
        let way = way(to: path)
        return way.hasPrefix("../") ? "/" + Self.parts(of: path).joined(separator: "/") : way
    }

    /// The names on the way from the root.
    ///
    /// Links are not followed: the path that was named is the one that is known.
    private static func parts(of path: String) -> [Substring] {
        let whole = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return whole.split(separator: "/").reduce(into: []) { parts, part in
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
    }
}
