/// Decides which calls that hang or fail are logged: once when it begins, and once when it is over.
///
/// One server is behind all calls, so while nothing of a kind is answered the problem of one call is that of all.
struct CallWarnings {
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

    private struct Problem {
        let since: Duration
        /// Whether an answer has said what is wrong, and not only kept us waiting.
        var hasFailed = false
        /// Whether somebody was told.
        var isTold = false
    }

    /// How long an answer may take before it is logged; the end of a problem is logged only if it lasted as long.
    static let patience = Duration.seconds(10)

    private var problems: [Call: Problem] = [:]
    private var answeredAt: [Kind: Duration] = [:]

    /// A call has waited for longer than ``patience``.
    ///
    /// - Parameters:
    ///   - call: Which one.
    ///   - since: Since when it waits.
    /// - Returns: Whether that is to be told.
    mutating func waits(_ call: Call, since: Duration) -> Bool {
        guard problems[call] == nil else { return false }
        let isTold = !isShared(call) { _ in true }
        problems[call] = Problem(since: since, isTold: isTold)
        return isTold
    }

    /// A call has failed, and will be made again.
    ///
    /// - Returns: Whether that is to be told.
    mutating func failed(_ call: Call, now: Duration) -> Bool {
        guard problems[call]?.hasFailed != true else { return false }
        let isTold = !isShared(call, with: \.hasFailed)
        var problem = problems[call] ?? Problem(since: now)
        problem.hasFailed = true
        problem.isTold = problem.isTold || isTold
        problems[call] = problem
        return isTold
    }

    /// A call was answered well.
    ///
    /// - Returns: The duration of the problem if its end should be logged, else nil.
    mutating func answered(_ call: Call, now: Duration) -> Duration? {
        let problem = problems.removeValue(forKey: call)
        if problem?.isTold == true {
            // One message about the end serves every call that shared the problem.
            for other in problems.keys where other.kind == call.kind && isUnanswered(other) {
                problems[other]?.isTold = false
            }
        }
        answeredAt[call.kind] = now
        guard let problem, problem.isTold, now - problem.since >= Self.patience else { return nil }
        return now - problem.since
    }

    /// A call will not be made again; another call that shares its problem takes over the note that it was told.
    mutating func forget(_ call: Call) {
        guard let problem = problems.removeValue(forKey: call), problem.isTold else { return }
        guard let successor = problems.first(where: { $0.key.kind == call.kind })?.key else { return }
        problems[successor]?.isTold = true
    }

    /// Whether another call has the same problem, as far as that can be seen: nothing of the kind was answered since it began.
    private func isShared(_ call: Call, with isSuch: (Problem) -> Bool) -> Bool {
        let answered = answeredAt[call.kind]
        return problems.contains { other, problem in
            other != call && isSuch(problem) && answered.map { problem.since > $0 } ?? true
        }
    }

    /// Whether nothing of its kind was answered since a call's problem began.
    private func isUnanswered(_ call: Call) -> Bool {
        guard let since = problems[call]?.since, let answered = answeredAt[call.kind] else { return true }
        return since > answered
    }
}
