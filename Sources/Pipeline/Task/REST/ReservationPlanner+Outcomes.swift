/// How the calls went.
extension ReservationPlanner {
    /// What a failed call means.
    enum Verdict: Equatable {
        /// No retry can mend it: the source ends.
        case fatal
        /// Tried again by itself.
        case retried
        /// The job is gone.
        case jobForgotten
    }

    /// The jobs that have work were listed.
    mutating func listed(_ found: [AntennaJob], now: Duration) {
        succeeded()
        var known: [Int: JobState] = [:]
        for state in jobs { known[state.job.id] = state }
        let ids = Set(found.map(\.id))
        var seen: Set<Int> = []
        // Those that were known keep their turn; the server's order would favour the same job after every listing.
        jobs = jobs.filter { ids.contains($0.job.id) && seen.insert($0.job.id).inserted }
        jobs += found.filter { seen.insert($0.id).inserted }.map { JobState(job: $0) }
        for index in jobs.indices { jobs[index].isEmpty = false }
        isRoundOpen = true
        emptyListings = found.isEmpty ? emptyListings + 1 : 0
        nextListing =
            found.isEmpty
            ? now + backOff(misses: emptyListings, maximum: limits.maximumIdleDelay)
            : now + jittered(limits.jobRefreshInterval)
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
        change(job) { planner, state in
            state.isEmpty = count == 0
            state.misses = fresh == 0 ? state.misses + 1 : 0
            let delay = planner.backOff(misses: state.misses, maximum: planner.limits.maximumIdleDelay)
            state.readyAt = fresh == 0 ? now + delay : now
        }
        if count > 0 { emptyRounds = 0 }
    }

    /// Tasks of a job were given back, dropped or lost on the way: the server will deliver them again.
    mutating func expectReturn(jobID: Int?, by deadline: Duration) {
        guard let index = jobs.firstIndex(where: { $0.job.id == jobID }) else { return }
        jobs[index].mayReturnUntil = max(jobs[index].mayReturnUntil, deadline + Self.leaseSlack)
        emptyRounds = 0
    }

    /// A call failed.
    ///
    /// - Parameters:
    ///   - error: How.
    ///   - job: Whose tasks were to be reserved; nil for the list of jobs.
    ///   - now: The current time.
    /// - Returns: What the source does about it.
    mutating func failed(_ error: AntennaError, job: AntennaJob?, now: Duration) -> Verdict {
        if !hasSucceeded, !error.isRetriable { return .fatal }
        if let job, error.mayHaveTakenEffect { expectReturn(jobID: job.id, by: now + limits.lease) }
        if let asked = error.retryAfter {
            let wait = min(asked, limits.maximumRetryAfter)
            pausedUntil = now + wait + jittered(limits.minimumIdleDelay)
            return .retried
        }
        switch (error.code, job) {
        case (.authentication, _), (.redirected, _), (.configuration, _):
            pausedUntil = now + jittered(limits.refusedDelay)
        case (.transport, _), (.rateLimited, _), (.cancelled, _):
            serverMisses += 1
            pausedUntil = now + backOff(misses: serverMisses, maximum: limits.maximumFailureDelay)
        case (.notFound, .some(let job)):
            jobs.removeAll { $0.job.id == job.id }
            return .jobForgotten
        case (.refused, .some(let job)), (.methodNotAllowed, .some(let job)):
            // No async job, or one without a pipeline: an operator must mend it.
            change(job) { planner, state in
                state.isEmpty = true
                state.readyAt = now + planner.jittered(planner.limits.refusedDelay)
            }
        case (.unavailable, .some(let job)), (.malformedAnswer, .some(let job)):
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

    /// Whether an until-empty source has seen two rounds in a row without work.
    ///
    /// A round is a listing and an empty answer of every job on it, while nothing is in hand and no task that we gave back or
    /// lost can come back. One round could be a hiccup of the queue behind the server.
    mutating func closeRoundIfEmpty(now: Duration, load: Load) -> Bool {
        guard isRoundOpen, load.outstanding == 0,
            jobs.allSatisfy({ $0.isEmpty && $0.mayReturnUntil <= now })
        else { return false }
        isRoundOpen = false
        emptyRounds += 1
        if emptyRounds >= 2 { return true }
        nextListing = now + jittered(limits.minimumIdleDelay)
        for index in jobs.indices { jobs[index].readyAt = nextListing }
        return false
    }

    private mutating func succeeded() {
        hasSucceeded = true
        serverMisses = 0
    }

    private mutating func change(_ job: AntennaJob, _ body: (inout Self, inout JobState) -> Void) {
        guard let index = jobs.firstIndex(where: { $0.job.id == job.id }) else { return }
        var state = jobs[index]
        body(&self, &state)
        jobs[index] = state
    }
}
