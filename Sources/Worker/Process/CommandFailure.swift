/// Why a command cannot do what it was asked for, in sentences for the one who asked.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String
    /// The status that the program ends with.
    let status: Int32

    package init(_ description: String) {
        self.init(description, status: ExitStatus.failure)
    }

    /// - Parameters:
    ///   - description: The sentences.
    ///   - status: A status of ``ExitStatus``.
    init(_ description: String, status: Int32) {
        self.description = description
        self.status = status
    }
}
