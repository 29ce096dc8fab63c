import FoundationEssentials
package import Transport

extension HTTPClient: HTTPExecuting {
    package func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer {
        var policy = HTTPPolicy.api
        policy.totalTimeout = request.timeout
        policy.maximumResponseBytes = request.maximumResponseBytes
        var headers: HTTPHeaders = [:]
        for header in request.headers { headers.append(name: header.name, value: header.value) }
        let response = try await execute(
            HTTPRequest(
                method: request.method == .get ? .get : .post,
                url: request.url,
                headers: headers,
                body: request.body,
                policy: policy
            )
        )
        return AntennaAnswer(
            status: response.status,
            retryAfter: response.headers["Retry-After"].flatMap { retryAfter($0, date: response.headers["Date"]) },
            body: response.body
        )
    }

    /// The wait that is asked for, by the server's clock where it tells it.
    private func retryAfter(_ value: String, date: String?) -> Duration? {
        let now = date.flatMap { RetryAfter.seconds(ofDate: $0) } ?? Int64(Date.now.timeIntervalSince1970)
        return RetryAfter.parse(value, now: now)
    }
}
