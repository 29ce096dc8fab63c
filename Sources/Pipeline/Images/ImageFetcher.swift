import Telemetry
package import Transport

/// Gets the bytes of a task's image over HTTP.
package struct ImageFetcher: Sendable {
    private let client: HTTPClient
    private let policy: HTTPPolicy
    private let retries: RetryPolicy

    /// Makes a fetcher.
    ///
    /// - Parameters:
    ///   - client: The shared client; its connections are kept alive between images.
    ///   - policy: Time, size, redirect and address limits.
    ///   - retries: How often a transient failure is tried again.
    package init(client: HTTPClient, policy: HTTPPolicy, retries: RetryPolicy) {
        self.client = client
        self.policy = policy
        self.retries = retries
    }

    /// Fetches an image.
    ///
    /// - Parameter url: The address in the task; no header but those of HTTP itself is sent along.
    /// - Returns: The body, at least one byte.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    package func fetch(_ url: String) async throws -> [UInt8] {
        let response: HTTPResponse
        do {
            response = try await client.executeWithRetries(HTTPRequest(url: url, policy: policy), policy: retries)
        } catch let error where error.code == .cancelled {
            throw CancellationError()
        } catch {
            throw TaskFailure(
                stage: .fetch,
                message: "The image could not be fetched: \(error.message)",
                // Nothing is known of the image: others may fetch it, or this worker once its network is back.
                isRetriable: error.code == .noNetwork
            )
        }
        let answered = "The image could not be fetched: \(source(url, response)) answered"
        guard Self.isWhole(response) else {
            throw TaskFailure(
                stage: .fetch,
                message: "\(answered) \(response.status)" + (Self.meaning(of: response.status).map { " (\($0))" } ?? "")
            )
        }
        guard !response.body.isEmpty else {
            throw TaskFailure(stage: .fetch, message: "\(answered) with an empty body")
        }
        return response.body
    }

    /// Who answered, with the way there.
    private func source(_ url: String, _ response: HTTPResponse) -> String {
        guard response.redirectCount > 0 else { return redactedURL(url) }
        return "\(redactedURL(url)) redirects to \(redactedURL(response.effectiveURL)), which"
    }

    /// Whether the body is the image: 203 comes from a proxy that changed something on the way, and some servers answer 206 with
    /// all of it though no part was asked for.
    private static func isWhole(_ response: HTTPResponse) -> Bool {
        switch response.status {
        case 200, 203: true
        case 206: response.headers["Content-Range"].map(isWholeRange) ?? false
        default: false
        }
    }

    /// Whether `bytes 0-99/100` or the like names all there is.
    private static func isWholeRange(_ text: String) -> Bool {
        let parts = text.lowercased().split(whereSeparator: { " -/".contains($0) })
        guard parts.count == 4, parts[0] == "bytes", let first = UInt64(parts[1]), let last = UInt64(parts[2]),
            let size = UInt64(parts[3])
        else { return false }
        return first == 0 && size > 0 && last == size - 1
    }

    private static func meaning(of status: Int) -> String? {
        switch status {
        case 206: "a part of the image only"
        case 401: "authentication is wanted"
        case 403: "access is forbidden; a signed address may have expired"
        case 404: "there is no such image"
        case 407: "the proxy wants a user and a password, or others"
        case 410: "the image is gone"
        case 429: "too many requests"
        case 509: "the image host has used up what it may send"
        case 520...524: "the image host does not answer those who serve its images"
        case 500...599: "the image host is in trouble"
        default: nil
        }
    }
}
