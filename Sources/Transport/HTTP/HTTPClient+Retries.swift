package import Concurrency
internal import Glibc
package import Telemetry

extension HTTPClient {
    /// Makes a request until it has a good answer, the failure is permanent, or the attempts are used up.
    ///
    /// Each attempt has the request's own total time. Only call this with a POST that may arrive twice.
    ///
    /// - Parameters:
    ///   - request: The request and its limits.
    ///   - policy: How often and how soon.
    ///   - clock: What is waited on.
    /// - Returns: The last answer, whatever its status.
    /// - Throws: The last attempt's ``TransportError``; `cancelled` when the task was cancelled, also while waiting.
    package func executeWithRetries(
        _ request: HTTPRequest,
        policy: RetryPolicy = RetryPolicy(),
        clock: WaitClock = WaitClock()
    ) async throws(TransportError) -> HTTPResponse {
        var generator = SystemRandomNumberGenerator()
        return try await retrying(policy, operation: request.operation, clock: clock, using: &generator) {
            () async throws(TransportError) in
            try await self.execute(request)
        }
    }
}

/// Makes attempts by a schedule; the part of ``HTTPClient/executeWithRetries(_:policy:clock:)`` that knows no network.
///
/// - Parameters:
///   - policy: How often and how soon.
///   - operation: The operation an interrupted wait is reported for.
///   - clock: What is waited on.
///   - generator: Where the jitter comes from.
///   - attempt: One attempt.
/// - Returns: The last answer, whatever its status.
/// - Throws: The last attempt's ``TransportError``, or `cancelled`.
package func retrying(
    _ policy: RetryPolicy,
    operation: OperationName,
    clock: WaitClock,
    using generator: inout some RandomNumberGenerator,
    attempt: () async throws(TransportError) -> HTTPResponse
) async throws(TransportError) -> HTTPResponse {
    var schedule = RetrySchedule(policy)
    while true {
        let result: Result<HTTPResponse, TransportError>
        let outcome: RetrySchedule.Outcome
        do throws(TransportError) {
            let response = try await attempt()
            result = .success(response)
            outcome = .status(response.status, retryAfter: retryAfter(of: response))
        } catch {
            result = .failure(error)
            outcome = .failure(error)
        }
        switch schedule.next(after: outcome, using: &generator) {
        case .stop:
            return try result.get()
        case .retry(let delay):
            do {
                try await clock.sleep(for: delay)
            } catch {
                throw .cancelled(operation)
            }
        }
    }
}

/// The wait an answer asks for, by the server's clock where it tells it.
private func retryAfter(of response: HTTPResponse) -> Duration? {
    guard let value = response.headers["Retry-After"] else { return nil }
    let now = response.headers["Date"].flatMap { RetryAfter.seconds(ofDate: $0) } ?? Int64(time(nil))
    return RetryAfter.parse(value, now: now)
}
