/// A failure of one API call.
package enum APIFault: Sendable, Equatable {
    case internalError
    case unavailable(retryAfterSeconds: Int)
    case tooManyRequests(retryAfterSeconds: Int)
}
