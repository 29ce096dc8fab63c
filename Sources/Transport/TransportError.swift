/// What went wrong while bytes were moved: over HTTP, AMQP or Redis.
///
/// `description` is one sentence for people; it never holds tokens or signed query strings, because whoever makes the error
/// passes redacted text. `isRetriable` says whether the same call may succeed when it is made again later.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What failed, in words shared by all transports.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// A time limit of ours passed: connecting, answering, or being too slow.
        case timedOut
        /// No connection came about, for a reason other than a refusal.
        case connectFailed
        /// The peer refused the connection.
        case refused
        /// The host name could not be resolved.
        case nameResolution
        /// This process has no way out: its name service or its proxy does not serve it, or it has no route.
        case noNetwork
        /// The TLS handshake or the check of the certificate failed.
        case tls
        /// More redirects than allowed.
        case redirectLimit
        /// The resolved address is one the policy refuses.
        case forbiddenAddress
        /// The URL scheme is one the policy refuses.
        case forbiddenScheme
        /// More bytes than allowed.
        case tooLarge
        /// The URL cannot be parsed.
        case malformedURL
        /// The connection was open and ended: reset, closed by the peer, or closed by us.
        case closed
        /// The answer ended before the announced number of bytes.
        case truncated
        /// The peer sent something that the protocol does not allow, or that we did not expect.
        case protocolViolation
        /// The caller cancelled the call.
        case cancelled
        /// The user name, password or token was refused.
        case authentication
        /// The peer refused for lack of rights.
        case accessRefused
        /// The thing asked for is not there (queue, exchange, virtual host).
        case notFound
        /// It exists with other properties than asked for.
        case preconditionFailed
        /// A mandatory message reached no queue (`basic.return`).
        case unroutable
        /// The broker answered a publish with `basic.nack`.
        case nacked
        /// The peer has no memory left for this (Redis `OOM`) or we could not take any.
        case outOfMemory
        /// The peer is up but cannot serve now (Redis `LOADING`, `READONLY`, `CLUSTERDOWN`).
        case unavailable
        /// The peer answered with an error that has no code of its own here.
        case rejected
        /// A bound of ours is reached: a full queue, no free channel.
        case overloaded
        /// The settings are wrong; trying again cannot help.
        case configuration
        /// A fault inside the library underneath.
        case `internal`
    }

    /// What failed.
    package let code: Code
    /// The number the library below gave: `CURLcode`, AMQP reply code, `errno`.
    package let nativeCode: Int32?
    /// What was being done, for instance `http.get` or `amqp.publish`.
    package let operation: String
    /// One sentence for people, without secrets.
    package let message: String
    /// Whether the same call may succeed later.
    package let isRetriable: Bool
    /// The error beneath, if another one caused this.
    package let underlying: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What failed.
    ///   - operation: What was being done.
    ///   - message: One sentence for people, without secrets.
    ///   - nativeCode: The number the library below gave.
    ///   - isRetriable: Whether a later call may succeed; when left out, ``Code/isUsuallyRetriable`` decides.
    ///   - underlying: The error beneath.
    package init(
        _ code: Code,
        operation: String,
        message: String,
        nativeCode: Int32? = nil,
        isRetriable: Bool? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.nativeCode = nativeCode
        self.operation = operation
        self.message = message
        self.isRetriable = isRetriable ?? code.isUsuallyRetriable
        self.underlying = underlying
    }

    /// The same error with another sentence.
    ///
    /// - Parameter message: One sentence for people, without secrets.
    /// - Returns: The error.
    package func saying(_ message: String) -> TransportError {
        TransportError(
            code,
            operation: operation,
            message: message,
            nativeCode: nativeCode,
            isRetriable: isRetriable,
            underlying: underlying
        )
    }

    /// The operation, the sentence, and the native code if there is one.
    package var description: String {
        let native = nativeCode.map { " (\(code.rawValue) \($0))" } ?? " (\(code.rawValue))"
        return "\(operation): \(message)\(native)"
    }
}

extension TransportError.Code {
    /// Whether a failure of this kind usually passes by itself.
    package var isUsuallyRetriable: Bool {
        switch self {
        case .timedOut, .connectFailed, .refused, .nameResolution, .noNetwork, .closed, .truncated, .nacked,
            .outOfMemory,
            .unavailable, .overloaded:
            true
        case .tls, .redirectLimit, .forbiddenAddress, .forbiddenScheme, .tooLarge, .malformedURL, .protocolViolation,
            .cancelled, .authentication, .accessRefused, .notFound, .preconditionFailed, .unroutable, .rejected,
            .configuration, .internal:
            false
        }
    }
}
