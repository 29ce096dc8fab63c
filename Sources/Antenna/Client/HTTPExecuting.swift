package import Transport

/// HTTP as the Antenna client needs it: one request, one whole answer.
///
/// Narrower than the HTTP client on purpose, so that a scripted server can stand in for the network.
package protocol HTTPExecuting: Sendable {
    /// Makes one attempt.
    ///
    /// - Throws: ``TransportError`` when there is no complete answer within the request's limits.
    func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer
}
