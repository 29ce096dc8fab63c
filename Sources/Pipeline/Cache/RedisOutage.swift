import Telemetry
import Transport

/// Whether Redis serves, and when that is logged: once an outage, however many tasks meet it.
///
/// Pure: the moment comes in. Reading and writing are apart, since a replica, a full server or one with few rights does one of them.
struct RedisOutage {
    /// What Redis was asked for.
    enum Kind: CaseIterable {
        case reading
        case writing
    }

    /// A change to be logged.
    enum News: Equatable {
        case began(CacheFailure)
        case ended
    }

    /// Outages that follow each other sooner are one for the log: a full server takes some images and refuses others.
    private static let quietTime = Duration.seconds(60)

    private var troubles: [Kind: CacheFailure] = [:]
    private var lastNews: ContinuousClock.Instant?
    private var isKnown = false

    /// The problem; that of writing first, as less of it works.
    var trouble: CacheFailure? { troubles[.writing] ?? troubles[.reading] }

    /// Notes that Redis did not do as asked.
    ///
    /// - Returns: What is to be logged, if anything.
    mutating func failed(_ kind: Kind, _ error: TransportError, at now: ContinuousClock.Instant) -> News? {
        let trouble = CacheFailure(message: error.message, isPermanent: !error.isRetriable)
        troubles[kind] = trouble
        guard !isKnown, lastNews.map({ now - $0 >= Self.quietTime }) ?? true else { return nil }
        isKnown = true
        lastNews = now
        return .began(trouble)
    }

    /// Notes that Redis did as asked.
    ///
    /// - Returns: What is to be logged, if anything.
    mutating func succeeded(_ kind: Kind, at now: ContinuousClock.Instant) -> News? {
        troubles[kind] = nil
        guard isKnown, troubles.isEmpty else { return nil }
        isKnown = false
        lastNews = now
        return .ended
    }
}
