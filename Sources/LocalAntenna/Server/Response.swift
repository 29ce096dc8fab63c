import FlyingFox
import Foundation

extension HTTPResponse {
    static func json(_ value: JSONValue, status: Int = 200, headers: [HTTPHeader: String] = [:]) -> HTTPResponse {
        var all = HTTPHeaders(headers)
        all[.contentType] = "application/json"
        return HTTPResponse(statusCode: .of(status), headers: all, body: Data(value.encoded))
    }

    static func rejection(_ rejection: APIRejection) -> HTTPResponse {
        .json(["detail": .string(rejection.detail)], status: rejection.status)
    }

    static func redirect(to address: String, status: Int = 302) -> HTTPResponse {
        HTTPResponse(statusCode: .of(status), headers: HTTPHeaders([.location: address]))
    }

    /// No answer: the connection closes before the first byte.
    static var hangUp: HTTPResponse {
        // FlyingFox asks a web socket's handler for its frames before it writes the header, and closes when that throws.
        HTTPResponse(headers: [:], webSocket: HangUp())
    }

    /// The header and half of the body, then the connection closes.
    static func interrupted(_ body: Data, contentType: String) -> HTTPResponse {
        HTTPResponse(
            statusCode: .ok,
            headers: [.contentType: contentType],
            body: HTTPBodySequence(from: HalfBody(bytes: body.prefix(body.count / 2)), count: body.count)
        )
    }

    init(_ fault: APIFault) {
        switch fault {
        case .internalError:
            self = .json(["detail": "Internal server error (on purpose)"], status: 500)
        case .unavailable(let seconds):
            self = .json(
                ["detail": "Service unavailable (on purpose)"],
                status: 503,
                headers: [HTTPHeader("Retry-After"): "\(seconds)"]
            )
        case .tooManyRequests(let seconds):
            self = .json(
                ["detail": "Request was throttled (on purpose)"],
                status: 429,
                headers: [HTTPHeader("Retry-After"): "\(seconds)"]
            )
        }
    }
}

extension HTTPStatusCode {
    static func of(_ code: Int) -> HTTPStatusCode {
        switch code {
        case 200: .ok
        case 201: .created
        case 301: .movedPermanently
        case 302: .found
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 405: .methodNotAllowed
        case 429: HTTPStatusCode(429, phrase: "Too Many Requests")
        case 503: .serviceUnavailable
        default: .internalServerError
        }
    }
}

private struct HangUp: WSHandler {
    func makeFrames(for client: AsyncThrowingStream<WSFrame, any Error>) async throws -> AsyncStream<WSFrame> {
        throw CancellationError()
    }
}
