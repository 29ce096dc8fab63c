/// Decides what is worth a word of calls that hang or fail: once when it begins, and once when it is over.
///
/// One server is behind all calls, so while nothing of a kind is answered the trouble of one call is that of all.
struct CallTroubles {
    /// What is asked.
    enum Call: Hashable {
        /// Which jobs there are.
        case jobs
        /// Tasks of a job.
        case tasks(job: Int)

        fileprivate var kind: Kind {
            switch self {
            case .jobs: .jobs
            case .tasks: .tasks
            }
        }
    }

    fileprivate enum Kind {
        case jobs
        case tasks
    }

    private struct Trouble {
        let since: Duration
        /// Whether an answer has said what is wrong, and not only kept us waiting.
        var hasFailed = false
        /// Whether somebody was told.
        var isTold = false
    }

    /// How long an answer may take before it is worth a word, and how long a trouble lasts whose end is.
    static let patience = Duration.seconds(10)

    private var troubles: [Call: Trouble] = [:]
    private var answeredAt: [Kind: Duration] = [:]

    /// A call has waited for longer than ``patience``.
    ///
    /// - Parameters:
    ///   - call: Which one.
    ///   - since: Since when it waits.
    /// - Returns: Whether that is to be told.
    mutating func waits(_ call: Call, since: Duration) -> Bool {
        guard troubles[call] == nil else { return false }
        let isTold = !isShared(call) { _ in true }
        troubles[call] = Trouble(since: since, isTold: isTold)
        return isTold
    }

    /// A call has failed, and will be made again.
    ///
    /// - Returns: Whether that is to be told.
    mutating func failed(_ call: Call, now: Duration) -> Bool {
        guard troubles[call]?.hasFailed != true else { return false }
        let isTold = !isShared(call, with: \.hasFailed)
        var trouble = troubles[call] ?? Trouble(since: now)
        trouble.hasFailed = true
        trouble.isTold = trouble.isTold || isTold
        troubles[call] = trouble
        return isTold
    }

    /// A call was answered well.
    ///
    /// - Returns: How long the trouble lasted whose end is to be told; nil when there is none.
    mutating func answered(_ call: Call, now: Duration) -> Duration? {
        let trouble = troubles.removeValue(forKey: call)
        if trouble?.isTold == true {
            // The end is that of all who share it, whoever of them it was told of.
            for other in troubles.keys where other.kind == call.kind && isUnanswered(other) {
                troubles[other]?.isTold = false
            }
        }
        answeredAt[call.kind] = now
        guard let trouble, trouble.isTold, now - trouble.since >= Self.patience else { return nil }
        return now - trouble.since
    }

    /// A call will not be made again; whoever shares its trouble takes over what was told.
    mutating func forget(_ call: Call) {
        guard let trouble = troubles.removeValue(forKey: call), trouble.isTold else { return }
        guard let heir = troubles.first(where: { $0.key.kind == call.kind })?.key else { return }
        troubles[heir]?.isTold = true
    }

    /// Whether another call has the same trouble, as far as that can be seen: nothing of the kind was answered since it began.
    private func isShared(_ call: Call, with isSuch: (Trouble) -> Bool) -> Bool {
        let answered = answeredAt[call.kind]
        return troubles.contains { other, trouble in
            other != call && isSuch(trouble) && answered.map { trouble.since > $0 } ?? true
        }
    }

    /// Whether nothing of its kind was answered since a call's trouble began.
    private func isUnanswered(_ call: Call) -> Bool {
        guard let since = troubles[call]?.since, let answered = answeredAt[call.kind] else { return true }
        return since > answered
    }
}
