import Telemetry

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
    /// The server finds fault with what was sent: 400, 413, 414, 415, 422 or 431.
    case refused
    /// The server asks to slow down: 429.
    case rateLimited
    /// The server cannot serve now: 408, 425 or 5xx.
    case unavailable
    /// The server sends a POST elsewhere: 3xx, which a POST never follows.
    case redirected
    /// The answer is not Antenna's own: a web page of a network's login, or a status that its API has no use for.
    ///
    /// A proxy, a cache or a firewall on the way has answered, which says nothing of the settings, the job or the result.
    case foreignAnswer
    /// The answer is not what the contract says: not JSON, half of it, other types.
    case malformedAnswer
    /// The address in the settings is no base URL.
    case configuration
    /// The caller cancelled the call.
    case cancelled

    package static var nativeName: String? { "HTTP" }

    package var isUsuallyRetriable: Bool {
        switch self {
        case .transport, .rateLimited, .unavailable, .foreignAnswer, .malformedAnswer: true
        case .authentication, .forbidden, .notFound, .methodNotAllowed, .refused, .redirected, .configuration,
            .cancelled:
            false
        }
    }
}
