/// The package, a clone of the repository, that a program was built in.
package enum PackageFolder {
    /// Where the package is that a program lies in as it was built.
    ///
    /// SwiftPM builds below `.build`, and with another --scratch-path below one that is named like it here.
    /// Whoever may write there may write the program, too, so what is there can be trusted like it.
    ///
    /// - Parameter programFolder: Where the program is, links followed.
    /// - Returns: An absolute path, or nil for a program that lies elsewhere.
    package static func around(_ programFolder: String) -> String? {
        let names = programFolder.split(separator: "/")
        guard let build = names.lastIndex(where: { $0.hasPrefix(".build") }), build > 0 else { return nil }
        return "/" + names[..<build].joined(separator: "/")
    }
}
