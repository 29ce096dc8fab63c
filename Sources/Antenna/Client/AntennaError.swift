package import Transport

/// What went wrong in a call to Antenna's API.
///
/// `description` is a sentence for people; it never holds the token.
package struct AntennaError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// No complete answer came.
        case transport
        /// The token was refused: 401. It is refused everywhere.
        case authentication
        /// The token's user may not do this here: 403. The next job may be another matter.
        case forbidden
        /// The job, or the whole address, is not there: 404 or 410.
        case notFound
        /// The method is not allowed: 405, what an older server answers to today's dialect.
        case methodNotAllowed
        /// The server finds fault with what was sent: any other 4xx.
        case refused
        /// The server asks to slow down: 429.
        case rateLimited
        /// The server cannot serve now: 408, 425 or 5xx.
        case unavailable
        /// The server sends us elsewhere: 3xx, which a POST never follows.
        case redirected
        /// The answer is not what the contract says: not JSON, half of it, other types.
        case malformedAnswer
        /// The address in the settings is no base URL.
        case configuration
        /// The caller cancelled the call.
        case cancelled
    }

    /// What failed.
    package let code: Code
    /// The HTTP status, if there was an answer.
    package let status: Int?
    /// What was being done, for instance `antenna.reserve`.
    package let operation: String
    /// One sentence for people, without the token.
    package let message: String
    /// Whether the same call may succeed later.
    package let isRetriable: Bool
    /// How long the server asked to wait.
    package let retryAfter: Duration?
    /// The error beneath, if there was no answer.
    package let underlying: TransportError?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What failed.
    ///   - operation: What was being done.
    ///   - message: One sentence for people, without the token.
    ///   - status: The HTTP status.
    ///   - isRetriable: Whether a later call may succeed; when left out, ``Code/isUsuallyRetriable`` decides.
    ///   - retryAfter: How long the server asked to wait.
    ///   - underlying: The error beneath.
    package init(
        _ code: Code,
        operation: String,
        message: String,
        status: Int? = nil,
        isRetriable: Bool? = nil,
        retryAfter: Duration? = nil,
        underlying: TransportError? = nil
    ) {
        self.code = code
        self.status = status
        self.operation = operation
        self.message = message
        self.isRetriable = isRetriable ?? code.isUsuallyRetriable
        self.retryAfter = retryAfter
        self.underlying = underlying
    }

    /// The operation, the sentence, and the status if there is one.
    package var description: String {
        let status = self.status.map { ", HTTP \($0)" } ?? ""
        return "\(operation): \(message) (\(code.rawValue)\(status))"
    }

    /// Whether the server may have done what was asked although the answer did not say so.
    ///
    /// A refusal, a 429 or a 503 comes before the work; a broken connection, half an answer or another 5xx may come after it.
    package var mayHaveTakenEffect: Bool {
        switch code {
        case .unavailable: status != 503
        case .transport, .malformedAnswer, .cancelled: true
        case .authentication, .forbidden, .notFound, .methodNotAllowed, .refused, .rateLimited, .redirected,
            .configuration:
            false
        }
    }
}

extension AntennaError.Code {
    /// The code of an HTTP status that is no success.
    package init(status: Int) {
        self =
            switch status {
            case 300..<400: .redirected
            case 401: .authentication
            case 403: .forbidden
            case 404, 410: .notFound
            case 405: .methodNotAllowed
            case 429: .rateLimited
            case 408, 425: .unavailable
            case 400..<500: .refused
            case 500...: .unavailable
            default: .malformedAnswer
            }
    }

    /// Whether a failure of this kind usually passes by itself.
    package var isUsuallyRetriable: Bool {
        switch self {
        case .transport, .rateLimited, .unavailable, .malformedAnswer: true
        case .authentication, .forbidden, .notFound, .methodNotAllowed, .refused, .redirected, .configuration,
            .cancelled:
            false
        }
    }
}

extension AntennaError {
    /// Whether we ended the call, and not the server.
    var wasGivenUp: Bool { underlying?.code == .timedOut }

    /// Failures that no retry mends where one's own settings led there, and that pass where the network or the server did: a login
    /// page that redirects, a certificate while the clock is wrong or a proxy that reads along, a fault page over the size limit.
    private static let passing: Set<TransportError.Code> = [
        .tooLarge, .protocolViolation, .tls, .redirectLimit, .forbiddenScheme, .forbiddenAddress, .malformedURL,
        .authentication, .accessRefused,
    ]

    /// The error of a call that got no answer.
    init(_ error: TransportError, operation: String) {
        self.init(
            error.code == .cancelled ? .cancelled : .transport,
            operation: operation,
            message: error.message,
            isRetriable: error.isRetriable || Self.passing.contains(error.code),
            underlying: error
        )
    }
}
