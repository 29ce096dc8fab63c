package import Telemetry
import Transport

/// What went wrong in a call to Antenna's API; its sentence never holds the token.
///
/// The native code is the HTTP status, if there was an answer; where there was none, a `TransportError` is beneath.
package typealias AntennaError = OperationError<AntennaErrorCode>

/// What can fail in a call to Antenna's API.
package enum AntennaErrorCode: String, ErrorCode, CaseIterable {
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

    package static var nativeName: String? { "HTTP" }

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
    /// The HTTP status, if there was an answer.
    package var status: Int? { nativeCode.map(Int.init) }

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

    /// Whether we ended the call, and not the server.
    var wasGivenUp: Bool { (underlying as? TransportError)?.code == .timedOut }

    /// The error of a call that got no answer.
    init(_ error: TransportError, operation: OperationName) {
        self.init(
            error.code == .cancelled ? .cancelled : .transport,
            operation: operation,
            message: error.message,
            isRetriable: error.isRetriable || TransportErrorCode.passing.contains(error.code),
            underlying: error
        )
    }
}

extension TransportErrorCode {
    /// Failures that no retry mends where one's own settings led there, and that pass where the network or the server did: a login
    /// page that redirects, a certificate while the clock is wrong or a proxy that reads along, a fault page over the size limit.
    fileprivate static let passing: Set<Self> = [
        .tooLarge, .protocolViolation, .tls, .redirectLimit, .forbiddenScheme, .forbiddenAddress, .malformedURL,
        .authentication, .accessRefused,
    ]
}
