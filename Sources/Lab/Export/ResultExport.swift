/// Writes analysed files as they come, in a form that other programs read.
package protocol ResultExport: Sendable {
    /// Takes the next file, in the order in which they were named.
    ///
    /// - Throws: `CommandFailure` when it cannot be written.
    mutating func take(_ file: AnalysedFile) throws

    /// Ends what is written.
    ///
    /// - Throws: `CommandFailure` when that cannot be done.
    mutating func finish() throws
}
