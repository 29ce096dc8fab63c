/// Counts of the requests that the server has had, and of the faults it saw.
package struct LocalAntennaTraffic: Sendable, Equatable {
    /// Calls of the API, failed ones included.
    package var apiCalls = 0
    /// Calls that failed because of `failRate`.
    package var injectedFailures = 0
    /// POSTs of results that were taken in, their answer lost on purpose.
    package var lostPosts = 0
    /// POSTs of results refused as malformed.
    package var malformedPosts = 0
    /// Calls without a token, or with a wrong one.
    package var unauthorizedCalls = 0
    /// Requests to the image host.
    package var imageRequests = 0
    /// Requests to the image host that carried an `Authorization` header: there should be none.
    package var imageRequestsWithToken = 0
    /// The most tasks that were handed out and unanswered at one time.
    package var mostReserved = 0
    /// The `processing_service_name` or `client_info` names seen.
    package var clients: Set<String> = []
}
