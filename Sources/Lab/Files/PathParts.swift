/// A path in parts.
///
/// Foundation's own functions end the program at a path of one letter.
struct PathParts {
    /// What stands before the last slash; empty where there is none.
    let folder: Substring
    /// What stands behind it.
    let name: Substring

    /// Takes a path apart.
    init(_ path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        folder = slash.map { path[..<$0] } ?? ""
        name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
    }

    /// The name without its ending; a dot at its beginning begins none.
    var stem: Substring { dot.map { name[..<$0] } ?? name }

    /// The ending with its dot; empty where there is none.
    var ending: Substring { dot.map { name[$0...] } ?? "" }

    private var dot: String.Index? {
        name.utf8.dropFirst().lastIndex(of: UInt8(ascii: "."))
    }
}
