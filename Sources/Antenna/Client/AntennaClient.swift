import Telemetry
package import Transport

/// Speaks Antenna's REST API: one call, one attempt, one typed error.
///
/// Retries and pace are the callers' business.
package struct AntennaClient: Sendable {
    /// Which server this is.
    package let address: AntennaAddress
    let serviceName: String
    let clientInfo: AntennaClientInfo?
    let dialect: DetectedDialect
    /// How the last call went.
    package let reachability = AntennaReachability()
    private let http: any HTTPExecuting
    private let token: AntennaToken
    private let timeout: Duration
    let reserveTimeout: Duration
    private let maximumResponseBytes: Int

    /// The longest wait that a server's `Retry-After` leads to; a longer one is a mistake.
    private static let longestRetryAfter = Duration.seconds(600)

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - address: Where the API is.
    ///   - token: The API token, sent with every call as `Authorization: Token …`; an empty one sends no header.
    ///   - tokenFile: Where the token is, to be read again when the server refuses it.
    ///   - serviceName: The name of this processing service, as registered.
    ///   - clientInfo: What is told about this worker with every POST.
    ///   - dialect: The dialect to speak.
    ///   - timeout: The longest time for one call.
    ///   - reserveTimeout: The longest time for a call that reserves tasks, which a server whose queue is away answers after
    ///     two minutes. After a time-out the server still reserves the tasks, and no worker gets them.
    ///   - maximumResponseBytes: The largest answer that is read, in bytes.
    ///   - http: Who makes the requests.
    package init(
        address: AntennaAddress,
        token: String,
        tokenFile: SecretFile? = nil,
        serviceName: String,
        clientInfo: AntennaClientInfo? = nil,
        dialect: AntennaDialectChoice = .auto,
        timeout: Duration,
        reserveTimeout: Duration,
        maximumResponseBytes: Int,
        http: any HTTPExecuting
    ) {
        self.address = address
        self.token = AntennaToken(token, file: tokenFile)
        self.serviceName = serviceName
        self.clientInfo = clientInfo
        self.dialect = DetectedDialect(dialect)
        self.timeout = timeout
        self.reserveTimeout = reserveTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.http = http
    }

    /// Whether calls carry a token.
    var hasToken: Bool { !token.current.isEmpty }

    /// Makes one attempt and returns the answer if it is a success.
    func call(
        _ method: HTTPRequest.Method,
        _ url: String,
        body: [UInt8]? = nil,
        operation: OperationName,
        timeout: Duration? = nil
    ) async throws(AntennaError) -> AntennaAnswer {
        do throws(AntennaError) {
            let answer = try await attemptWithFreshToken(
                method,
                url,
                body: body,
                operation: operation,
                timeout: timeout ?? self.timeout
            )
            reachability.succeeded()
            return answer
        } catch {
            reachability.failed(error)
            throw error
        }
    }

    /// Makes a second attempt when the token was refused and its file holds another one by now.
    private func attemptWithFreshToken(
        _ method: HTTPRequest.Method,
        _ url: String,
        body: [UInt8]?,
        operation: OperationName,
        timeout: Duration
    ) async throws(AntennaError) -> AntennaAnswer {
        let used = token.current
        do throws(AntennaError) {
            return try await attempt(method, url, token: used, body: body, operation: operation, timeout: timeout)
        } catch {
            guard error.status == 401, token.renew(refused: used) else { throw error }
            let fresh = token.current
            return try await attempt(method, url, token: fresh, body: body, operation: operation, timeout: timeout)
        }
    }

    private func attempt(
        _ method: HTTPRequest.Method,
        _ url: String,
        token: String,
        body: [UInt8]?,
        operation: OperationName,
        timeout: Duration
    ) async throws(AntennaError) -> AntennaAnswer {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if !token.isEmpty { headers["Authorization"] = "Token \(token)" }
        if body != nil { headers["Content-Type"] = "application/json" }
        headers["User-Agent"] = clientInfo?.userAgent
        let request = AntennaRequest(
            method: method,
            url: url,
            headers: headers,
            body: body,
            timeout: timeout,
            maximumResponseBytes: maximumResponseBytes
        )
        var answer: AntennaAnswer
        do throws(TransportError) {
            answer = try await http.answer(to: request)
        } catch {
            throw AntennaError(error, operation: operation)
        }
        answer.retryAfter = answer.retryAfter.map { min($0, Self.longestRetryAfter) }
        guard let code = answer.failure(of: method) else { return answer }
        throw AntennaError(
            code,
            operation: operation,
            message: sentence(for: code, answer),
            nativeCode: Int32(clamping: answer.status),
            retryAfter: answer.retryAfter
        )
    }

    /// The error of a 2xx answer whose body is not what the contract says.
    func malformed(_ answer: AntennaAnswer, _ operation: OperationName) -> AntennaError {
        AntennaError(
            .malformedAnswer,
            operation: operation,
            message:
                "the answer is not the JSON that the contract asks for (is the base URL right?): \(excerpt(answer.body))",
            nativeCode: Int32(clamping: answer.status),
            retryAfter: answer.retryAfter
        )
    }

    private func sentence(for code: AntennaError.Code, _ answer: AntennaAnswer) -> String {
        let said = answer.body.isEmpty ? "" : ": \(excerpt(answer.body))"
        return switch code {
        case .authentication where token.current.isEmpty: "the server asks for a token\(said)"
        case .authentication: "the server refuses the token\(said)"
        case .forbidden: "the server forbids this to the token's user\(said)"
        case .notFound: "not found\(said)"
        case .redirected: "the server answers with a redirect, which is not followed (http instead of https?)"
        case .rateLimited: "the server asks to slow down\(said)"
        case .unavailable: "the server cannot serve now\(said)"
        case .foreignAnswer where answer.status == 511: "this network asks for a login (511)"
        case .foreignAnswer where answer.isWebPage:
            "the answer is a web page, of a login to this network or of another site than the API (is the base URL right?)"
        case .foreignAnswer:
            "Antenna's API answers nothing with status \(answer.status); a proxy, a cache or a firewall on the way does\(said)"
        default: "the server refuses the request\(said)"
        }
    }

    /// The beginning of a body, on one line, for people; the token is taken out should the server repeat it.
    private func excerpt(_ body: [UInt8]) -> String {
        let limit = 300
        // Fault pages, of the server or of what stands before it, are long and say nothing to whoever reads a log.
        if body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") { return "a web page" }
        let token = token.current
        // Cut only after the token is gone, or half of it would stay.
        var text = String(decoding: body.prefix(4 * limit + token.utf8.count), as: UTF8.self)
        if !token.isEmpty { text = text.replacing(token, with: "<token>") }
        let line = text.line(limit: limit)
        return line.isEmpty ? "empty" : line
    }
}
