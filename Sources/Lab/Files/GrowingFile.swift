import Worker

/// A file that is written from its beginning to its end.
struct GrowingFile: Sendable {
    private let file: OutputFile
    private(set) var byteCount = 0

    /// Makes the file, or empties it.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be.
    init(_ path: String) throws(CommandFailure) {
        file = try OutputFile(path)
    }

    /// Writes at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ bytes: [UInt8]) throws(CommandFailure) {
        try file.write(bytes, at: byteCount)
        byteCount += bytes.count
    }

    /// Writes text at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ text: String) throws(CommandFailure) {
        try append(Array(text.utf8))
    }
}
