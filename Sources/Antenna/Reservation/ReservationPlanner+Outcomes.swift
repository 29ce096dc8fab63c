import Telemetry

/// How the calls went.
extension ReservationPlanner {
    /// What a failed call means.
    enum Verdict: Equatable {
        /// No retry can fix it: the source ends.
        case fatal
        /// Tried again by itself.
        case retried
        /// The job is gone.
        case jobForgotten
        /// The job is somebody else's; whether that was known.
        case jobForbidden(isNew: Bool)
    }

    /// A reservation was answered.
    ///
    /// None does not mean that the job is done: it may be inactive, its queue may have hiccupped, leases of others may run out.
    ///
    /// - Parameters:
    ///   - count: Tasks in the answer, of any kind.
    ///   - fresh: Those among them to be done. An answer without any is followed by a pause, or a server that repeats itself
    ///     would be asked without end.
    ///   - job: Whose tasks.
    ///   - now: The current time.
    mutating func reserved(_ count: Int, fresh: Int, of job: AntennaJob, now: Duration) {
        succeeded()
        forbiddenJobs.remove(job.id)
        change(job) { planner, state in
            state.askedSince = nil
            if state.aside != nil { state.misses = 0 }
            state.aside = nil
            state.isEmpty = count == 0
            state.emptyAnswers = count == 0 ? state.emptyAnswers + 1 : 0
            state.emptySince = count == 0 ? state.emptySince ?? now : nil
            state.misses = fresh == 0 ? state.misses + 1 : 0
            state.readyAt = fresh == 0 ? now + planner.idleDelay(state) : now
        }
        if count > 0 {
            emptyRounds = 0
            emptySince = nil
        }
        forgetIfOver(job, now: now)
    }

    /// A call failed.
    ///
    /// - Parameters:
    ///   - error: How.
    ///   - job: Whose tasks were to be reserved; nil for the list of jobs.
    ///   - mayHoldTasks: Whether the call would have reserved tasks, had it succeeded.
    ///   - now: The current time.
    /// - Returns: What the source does about it.
    mutating func failed(
        _ error: AntennaError,
        job: AntennaJob?,
        mayHoldTasks: Bool = true,
        now: Duration
    ) -> Verdict {
        if let job { change(job) { $1.askedSince = nil } } else { listingSince = nil }
        if !hasSucceeded, !error.isRetriable { return .fatal }
        if !limits.hasToken, error.code == .authentication || error.code == .forbidden { return .fatal }
        if let job, mayHoldTasks, error.mayHaveTakenEffect, mayHaveTasks(job) {
            expectReturn(of: job, by: now + limits.lease)
        }
        if let asked = error.retryAfter {
            let wait = min(asked, limits.maximumRetryAfter)
            pausedUntil = now + wait + jittered(limits.minimumIdleDelay)
            return .retried
        }
        switch (error.code, job) {
        case (.forbidden, .some(let job)):
            return forbid(job, now: now)
        case (.authentication, _), (.forbidden, .none), (.redirected, _), (.configuration, _):
            pausedUntil = now + jittered(limits.refusedDelay)
        case (.transport, .some(let job)) where error.wasGivenUp:
            // The server is still busy with the call, and what it reserves goes to nobody; the others may be well.
            change(job) { planner, state in
                state.misses += 1
                state.readyAt = now + planner.jittered(planner.limits.refusedDelay)
            }
        case (.transport, _), (.rateLimited, _), (.cancelled, _):
            serverMisses += 1
            pausedUntil = now + backOff(misses: serverMisses, maximum: limits.maximumFailureDelay)
        case (.notFound, .some(let job)):
            forget(job)
            return .jobForgotten
        case (.refused, .some(let job)), (.methodNotAllowed, .some(let job)):
            // No async job, or one without a pipeline: an operator must fix it.
            change(job) { planner, state in
                state.isEmpty = true
                state.readyAt = now + planner.jittered(planner.limits.refusedDelay)
            }
        case (.unavailable, .some(let job)), (.foreignAnswer, .some(let job)), (.malformedAnswer, .some(let job)):
            // The others may be well.
            change(job) { planner, state in
                state.misses += 1
                state.readyAt =
                    now + planner.backOff(misses: state.misses, maximum: planner.limits.maximumFailureDelay)
            }
        case (_, .none):
            serverMisses += 1
            nextListing = now + backOff(misses: serverMisses, maximum: limits.maximumFailureDelay)
            // Known jobs can still be asked; without any there is nothing else to do.
            if jobs.isEmpty { pausedUntil = nextListing }
        }
        return .retried
    }

    /// Whether an until-empty source has seen two rounds in a row without work, and has waited as long as it was told to.
    ///
    /// A round is a listing and an empty answer of every job on it, while nothing is in hand and no task that we gave back or
    /// lost can come back. One round could be a hiccup of the queue behind the server. Jobs that are set aside count as empty:
    /// whatever they hold is not for us.
    mutating func closeRoundIfEmpty(now: Duration, load: Load) -> Bool {
        func isOver(_ state: JobState) -> Bool {
            let isOurs = state.aside == nil && !load.closedJobs.contains(state.job.id)
            return !isOurs || (state.isEmpty && state.mayReturnUntil <= now)
        }
        guard isRoundOpen, load.outstanding == 0, jobs.allSatisfy(isOver) else { return false }
        isRoundOpen = false
        emptyRounds += 1
        let since = emptySince ?? now
        emptySince = since
        let mayHoldMore = limits.waitsForOthers && jobs.contains { $0.aside == nil }
        if emptyRounds >= 2, !mayHoldMore || now - since >= limits.lease + Self.leaseSlack { return true }
        nextListing = now + backOff(misses: emptyRounds, maximum: limits.maximumIdleDelay)
        for index in jobs.indices where jobs[index].aside == nil { jobs[index].readyAt = nextListing }
        return false
    }

    mutating func succeeded() {
        hasSucceeded = true
        serverMisses = 0
    }
}
