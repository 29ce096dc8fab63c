/// An operation that failed: what failed, in what, why, and whether trying again can help.
///
/// The one shape of errors from whatever is done with bytes, models, files and servers; each part of the worker has codes of its own and a
/// name for its errors, such as `TransportError`. What is wrong with a document, with all its mistakes, is another matter: `JSONError`,
/// `ManifestError`, `SettingsError`.
package struct OperationError<Codes: ErrorCode>: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package typealias Code = Codes

    /// The kind of failure.
    package let code: Code
    /// The operation that failed.
    package let operation: OperationName
    /// One sentence for people, without tokens or signed query strings: whoever makes the error passes redacted text.
    package let message: String
    /// The number that the library below, the system or the peer gave; ``ErrorCode/nativeName`` says which.
    package let nativeCode: Int32?
    /// Whether the same call may succeed later.
    package let isRetriable: Bool
    /// How long the peer asked to wait, where it did.
    package let retryAfter: Duration?
    /// The error beneath, if another one caused this.
    package let underlying: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What failed.
    ///   - operation: What was being done.
    ///   - message: One sentence for people, without secrets.
    ///   - nativeCode: The number that the library below, the system or the peer gave.
    ///   - isRetriable: Whether a later call may succeed; when left out, ``ErrorCode/isUsuallyRetriable`` decides.
    ///   - retryAfter: How long the peer asked to wait.
    ///   - underlying: The error beneath.
    package init(
        _ code: Code,
        operation: OperationName,
        message: String,
        nativeCode: Int32? = nil,
        isRetriable: Bool? = nil,
        retryAfter: Duration? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.nativeCode = nativeCode
        self.isRetriable = isRetriable ?? code.isUsuallyRetriable
        self.retryAfter = retryAfter
        self.underlying = underlying
    }

    /// The same error with another sentence.
    ///
    /// - Parameter message: One sentence for people, without secrets.
    /// - Returns: The error.
    package func saying(_ message: String) -> Self {
        Self(
            code,
            operation: operation,
            message: message,
            nativeCode: nativeCode,
            isRetriable: isRetriable,
            retryAfter: retryAfter,
            underlying: underlying
        )
    }

    package var description: String { Code.sentence(of: self) }
}
