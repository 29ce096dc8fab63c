import FoundationEssentials
package import Transport

/// Calls of Antenna's API over HTTP.
package struct AntennaHTTP: HTTPExecuting {
    private let client: HTTPClient
    private let proxy: ProxyChoice

    /// The slowest line that a body is sent over, in bytes a second.
    private static let slowestLine = 1_024
    /// What a system may hold of a body that it says is sent, and how fast a line empties that at the least.
    private static let heldBytes = 4 << 20
    private static let heldBytesPerSecond = 64 << 10

    /// Makes calls through a client.
    ///
    /// - Parameters:
    ///   - client: Makes the requests.
    ///   - proxy: Which proxy they go through.
    package init(client: HTTPClient, proxy: ProxyChoice = .none) {
        self.client = client
        self.proxy = proxy
    }

    package func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer {
        let response = try await client.execute(
            HTTPRequest(
                method: request.method,
                url: request.url,
                headers: request.headers,
                body: request.body,
                policy: policy(for: request)
            )
        )
        return AntennaAnswer(
            status: response.status,
            retryAfter: response.headers["Retry-After"].flatMap { retryAfter($0, date: response.headers["Date"]) },
            contentType: response.headers["Content-Type"],
            body: response.body
        )
    }

    /// The rules for a call: it ends when nothing has moved for the request's time, and a large body has more time in all.
    func policy(for request: AntennaRequest) -> HTTPPolicy {
        var policy = HTTPPolicy.api
        policy.totalTimeout = request.timeout
        policy.maximumResponseBytes = request.maximumResponseBytes
        policy.proxy = proxy
        guard let size = request.body?.count, size >= Self.slowestLine else { return policy }
        let held = Duration.seconds(min(size, Self.heldBytes) / Self.heldBytesPerSecond)
        policy.totalTimeout += .seconds(size / Self.slowestLine)
        policy.lowSpeed = HTTPPolicy.LowSpeed(bytesPerSecond: Self.slowestLine / 2, over: request.timeout + held)
        return policy
    }

    /// The wait that is asked for, by the server's clock where it tells it.
    private func retryAfter(_ value: String, date: String?) -> Duration? {
        let now = date.flatMap { RetryAfter.seconds(ofDate: $0) } ?? Int64(Date.now.timeIntervalSince1970)
        return RetryAfter.parse(value, now: now)
    }
}
