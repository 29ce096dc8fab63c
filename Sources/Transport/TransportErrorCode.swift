import Telemetry

/// The kinds of failure while bytes are moved, shared by all transports.
package enum TransportErrorCode: String, ErrorCode, CaseIterable {
    /// A time limit of ours passed: connecting, answering, or being too slow.
    case timedOut
    /// No connection came about, for a reason other than a refusal.
    case connectFailed
    /// The peer refused the connection.
    case refused
    /// The host name could not be resolved.
    case nameResolution
    /// This process has no way out: its name service or its proxy does not serve it, or it has no route.
    case noNetwork
    /// The TLS handshake or the check of the certificate failed.
    case tls
    /// More redirects than allowed.
    case redirectLimit
    /// The resolved address is one the policy refuses.
    case forbiddenAddress
    /// The URL scheme is one the policy refuses.
    case forbiddenScheme
    /// More bytes than allowed.
    case tooLarge
    /// The URL cannot be parsed.
    case malformedURL
    /// The connection was open and ended: reset, closed by the peer, or closed by us.
    case closed
    /// The answer ended before the announced number of bytes.
    case truncated
    /// The peer sent something that the protocol does not allow, or that we did not expect.
    case protocolViolation
    /// The caller cancelled the call.
    case cancelled
    /// The user name, password or token was refused.
    case authentication
    /// The peer refused for lack of rights.
    case accessRefused
    /// The thing asked for is not there (queue, exchange, virtual host).
    case notFound
    /// It exists with other properties than asked for.
    case preconditionFailed
    /// A mandatory message reached no queue (`basic.return`).
    case unroutable
    /// The broker answered a publish with `basic.nack`.
    case nacked
    /// The peer has no memory left for this (Redis `OOM`) or we could not take any.
    case outOfMemory
    /// The peer is up but cannot serve now (Redis `LOADING`, `READONLY`, `CLUSTERDOWN`).
    case unavailable
    /// The peer answered with an error that has no code of its own here.
    case rejected
    /// A bound of ours is reached: a full queue, no free channel.
    case overloaded
    /// The settings are wrong; trying again cannot help.
    case configuration
    /// A fault inside the library underneath.
    case `internal`

    /// Whether a failure of this kind usually passes by itself.
    package var isUsuallyRetriable: Bool {
        switch self {
        case .timedOut, .connectFailed, .refused, .nameResolution, .noNetwork, .closed, .truncated, .nacked,
            .outOfMemory,
            .unavailable, .overloaded:
            true
        case .tls, .redirectLimit, .forbiddenAddress, .forbiddenScheme, .tooLarge, .malformedURL, .protocolViolation,
            .cancelled, .authentication, .accessRefused, .notFound, .preconditionFailed, .unroutable, .rejected,
            .configuration, .internal:
            false
        }
    }
}
