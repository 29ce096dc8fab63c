import Glibc

/// The names in a folder, as the system gives them.
enum FolderListing {
    /// A name, which is bytes to the system.
    struct Name {
        /// The name; where it is not UTF-8, only what can be shown of it.
        let text: String
        let isText: Bool
    }

    /// The names in a folder that do not begin with a dot, in their order.
    ///
    /// - Throws: `CommandFailure` with the system's reason.
    static func names(in folder: String) throws(CommandFailure) -> [Name] {
        guard let stream = opendir(folder) else { throw CommandFailure(String(cString: strerror(errno))) }
        defer { closedir(stream) }
        var names: [Name] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                let bytes = bytes.prefix { $0 != 0 }
                let text = String(decoding: bytes, as: UTF8.self)
                return Name(text: text, isText: text.utf8.elementsEqual(bytes))
            }
            if !name.text.hasPrefix(".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw CommandFailure(String(cString: strerror(errno))) }
        return names.sorted { $0.text < $1.text }
    }
}
