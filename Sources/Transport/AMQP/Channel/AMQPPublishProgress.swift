import Telemetry

/// Whether publishes get anywhere, which is what readiness follows from.
///
/// Pure: the time comes from outside. A connection that stands and a broker that confirms nothing, or refuses everything, look well by
/// themselves.
package struct AMQPPublishProgress: Sendable {
    /// How long confirms may be missing, or everything be refused, before that is a problem.
    static let patience = Duration.seconds(10)
    /// How long a refusal counts when nobody tries again; longer than the longest wait between two attempts.
    static let memory = Duration.seconds(60)

    private struct Failure {
        let since: ContinuousClock.Instant
        var latest: ContinuousClock.Instant
        var error: TransportError
    }

    /// Messages that wait for their confirm, or to be sent.
    private(set) var waiting = 0
    private var movedAt: ContinuousClock.Instant?
    private var failure: Failure?

    /// A message waits from now on.
    mutating func began(now: ContinuousClock.Instant) {
        if waiting == 0 { movedAt = now }
        waiting += 1
    }

    /// A message waits no more.
    mutating func ended(_ result: Result<Void, TransportError>, now: ContinuousClock.Instant) {
        waiting = max(0, waiting - 1)
        switch result {
        case .success:
            movedAt = now
            failure = nil
        case .failure(let error):
            switch error.code {
            // Said by us, or about this one message.
            case .cancelled, .tooLarge: return
            // The broker has answered; what becomes of such a message is its publisher's affair.
            case .unroutable:
                movedAt = now
                failure = nil
            default:
                failure = Failure(since: failure?.since ?? now, latest: now, error: error)
            }
        }
    }

    /// The problem, in a sentence; nil when there is none.
    package func problem(now: ContinuousClock.Instant) -> String? {
        if let failure, now - failure.since >= Self.patience, waiting > 0 || now - failure.latest < Self.memory {
            return "RabbitMQ has taken no message for \(Self.text(now - failure.since)): \(failure.error.message)"
        }
        if waiting > 0, let movedAt, now - movedAt >= Self.patience {
            return "RabbitMQ has confirmed nothing for \(Self.text(now - movedAt)), and \(waiting) messages wait for it"
        }
        return nil
    }

    private static func text(_ duration: Duration) -> String { "\(Int(duration / .seconds(1))) s" }
}
