import Glibc

/// Where libraries and devices are looked for.
enum LibrarySearch {
    /// The directories whose `.deps` may hold a library: the executable's, and the one of the package that it was built from.
    ///
    /// Whoever may write there may write the executable, too. The working directory may be anybody's, and what is loaded runs.
    ///
    /// - Parameter executableDirectory: Where the executable is.
    /// - Returns: Absolute paths, in the order in which they are looked through.
    static func roots(executableDirectory: String? = executableDirectory()) -> [String] {
        guard let executableDirectory else { return [] }
        return [executableDirectory, PackageFolder.around(executableDirectory)].compactMap { $0 }
    }

    /// The paths that a pattern of the shell's matches, sorted.
    static func files(matching pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }

    private static func executableDirectory() -> String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        let text = String(cString: path)
        return text.lastIndex(of: "/").map { String(text[..<$0]) }
    }
}
