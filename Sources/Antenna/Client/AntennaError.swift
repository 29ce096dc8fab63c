package import Telemetry
import Transport

/// A failure of a call to Antenna's API; its sentence never holds the token.
///
/// The native code is the HTTP status, if there was an answer; where there was none, a `TransportError` is beneath.
package typealias AntennaError = OperationError<AntennaErrorCode>

extension AntennaError {
    /// The HTTP status, if there was an answer.
    package var status: Int? { nativeCode.map(Int.init) }

    /// Whether the server may have done what was asked although the answer did not say so.
    ///
    /// A refusal, a 429 or a 503 comes before the work; a broken connection, half an answer or another 5xx may come after it.
    package var mayHaveTakenEffect: Bool {
        switch code {
        case .unavailable: status != 503
        case .transport, .foreignAnswer, .malformedAnswer, .cancelled: true
        case .authentication, .forbidden, .notFound, .methodNotAllowed, .refused, .rateLimited, .redirected,
            .configuration:
            false
        }
    }

    /// Whether we ended the call, and not the server.
    var wasGivenUp: Bool { (underlying as? TransportError)?.code == .timedOut }

    /// The error of a call that got no answer.
    init(_ error: TransportError, operation: OperationName) {
        self.init(
            error.code == .cancelled ? .cancelled : .transport,
            operation: operation,
            message: error.message,
            isRetriable: error.isRetriable || TransportErrorCode.passing.contains(error.code),
            underlying: error
        )
    }
}

extension TransportErrorCode {
    /// Failures that no retry fixes where one's own settings led there, and that pass where the network or the server did: a login
    /// page that redirects, a certificate while the clock is wrong or a proxy that reads along, a fault page over the size limit.
    fileprivate static let passing: Set<Self> = [
        .tooLarge, .protocolViolation, .tls, .redirectLimit, .forbiddenScheme, .forbiddenAddress, .malformedURL,
        .authentication, .accessRefused,
    ]
}
