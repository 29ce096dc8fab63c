import Telemetry
import Transport

/// The kinds of failure of a call to Antenna's API.
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
