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
            throw TaskFailure(stage: .fetch, message: "The image could not be fetched: \(error.message)")
        }
        guard response.status == 200 else {
            throw TaskFailure(
                stage: .fetch,
                message: "The image could not be fetched: \(redactedURL(url)) answered \(response.status)"
                    + (Self.meaning(of: response.status).map { " (\($0))" } ?? "")
            )
        }
        guard !response.body.isEmpty else {
            throw TaskFailure(
                stage: .fetch,
                message: "The image could not be fetched: \(redactedURL(url)) answered with an empty body"
            )
        }
        return response.body
    }

    private static func meaning(of status: Int) -> String? {
        switch status {
        case 401: "authentication is wanted"
        case 403: "access is forbidden; a signed address may have expired"
        case 404: "there is no such image"
        case 410: "the image is gone"
        case 429: "too many requests"
        case 500...599: "the image host is in trouble"
        default: nil
        }
    }
}
