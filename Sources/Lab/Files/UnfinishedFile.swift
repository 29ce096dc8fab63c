import Worker

/// A file that has its name only once it is whole: half of it nobody could read, and one that was there before stays until then.
///
/// It is written as `NAME.unfinished`, which is removed when nobody needs it any more.
struct UnfinishedFile: Sendable {
    /// What is written so far; kept alone, it is there without being open.
    let temporary: TemporaryFile
    private let path: String
    private var file: GrowingFile

    /// Makes the unfinished file.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        temporary = TemporaryFile(path: "\(path).unfinished")
        file = try GrowingFile(temporary.path)
    }

    /// Writes at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ bytes: [UInt8]) throws(CommandFailure) { try file.append(bytes) }

    /// Writes text at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ text: String) throws(CommandFailure) { try file.append(text) }

    /// Gives the file its name.
    ///
    /// - Throws: `CommandFailure` that says why it cannot have it.
    func finish() throws(CommandFailure) { try temporary.rename(to: path) }
}
