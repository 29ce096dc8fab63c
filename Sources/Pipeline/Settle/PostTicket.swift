import Synchronization

/// What became of posting one result.
enum PostOutcome: Sendable {
    /// The server has taken it.
    case taken
    /// The server will never take it.
    case refused(AntennaError)
    /// It could not be posted now.
    case later(AntennaError)
}

/// A result that waits to be posted, alone or with others of its job.
final class PostTicket: Sendable {
    private enum Progress {
        case open
        case awaited(CheckedContinuation<PostOutcome, Never>)
        case done(PostOutcome)
    }

    let result: OutgoingResult
    private let progress = Mutex(Progress.open)

    init(_ result: OutgoingResult) {
        self.result = result
    }

    /// Tells whoever waits, or will wait.
    ///
    /// Called once.
    func finish(_ outcome: PostOutcome) {
        let continuation: CheckedContinuation<PostOutcome, Never>? = progress.withLock { progress in
            defer { progress = .done(outcome) }
            if case .awaited(let continuation) = progress { return continuation }
            return nil
        }
        continuation?.resume(returning: outcome)
    }

    /// What became of it.
    ///
    /// Awaited by one.
    func outcome() async -> PostOutcome {
        await withCheckedContinuation { continuation in
            let done: PostOutcome? = progress.withLock { progress in
                if case .done(let outcome) = progress { return outcome }
                progress = .awaited(continuation)
                return nil
            }
            if let done { continuation.resume(returning: done) }
        }
    }
}

/// Results waiting for a turn to be posted.
///
/// Pure but for the tickets it holds.
struct PostQueue {
    private var tickets: [PostTicket] = []

    var count: Int { tickets.count }

    mutating func add(_ ticket: PostTicket) {
        tickets.append(ticket)
    }

    /// Takes a ticket with others of its job, oldest first; none when the ticket was taken by another's turn.
    mutating func take(_ ticket: PostTicket, upTo count: Int) -> [PostTicket] {
        guard withdraw(ticket) else { return [] }
        var taken = [ticket]
        var rest: [PostTicket] = []
        for other in tickets {
            if taken.count < count, other.result.jobID == ticket.result.jobID {
                taken.append(other)
            } else {
                rest.append(other)
            }
        }
        tickets = rest
        return taken
    }

    /// Takes a ticket back; `false` when it was taken already.
    mutating func withdraw(_ ticket: PostTicket) -> Bool {
        guard let index = tickets.firstIndex(where: { $0 === ticket }) else { return false }
        tickets.remove(at: index)
        return true
    }
}
