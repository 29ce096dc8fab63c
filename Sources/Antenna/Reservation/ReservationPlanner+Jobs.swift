extension ReservationPlanner {
    /// Why a job is left alone although it may have tasks.
    enum Aside: Equatable {
        /// The server forbids us its tasks.
        case forbidden
        /// The server would drop our results, for this reason.
        case unregistered(String)
    }

    /// A job and when to ask for its tasks.
    struct JobState {
        let job: AntennaJob
        var readyAt = Duration.zero
        var misses = 0
        /// Since when its tasks are being asked for; nil while they are not.
        var askedSince: Duration?
        /// Whether it was found empty since the jobs were last listed.
        var isEmpty = false
        /// Until when tasks of it that were given back or lost may be delivered again.
        var mayReturnUntil = Duration.zero
        /// Why it is left alone; nil while it is not.
        var aside: Aside?
        /// Whether the server's list has it.
        var isListed = true
        /// How many images it has, once it was looked at and where the server says so.
        var images: Int?
        var isLookedAt = false
        /// Turns of interactive jobs that it had to wait for since its own.
        var passedOver = 0
        /// Since when every answer was empty, and how many there were; counted while it is not listed.
        var emptySince: Duration?
        var emptyAnswers = 0
    }

    /// How many jobs are being worked on, and how many are set aside.
    var jobCounts: (open: Int, forbidden: Int, unregistered: Int) {
        jobs.reduce(into: (0, 0, 0)) { counts, state in
            switch state.aside {
            case nil: counts.0 += 1
            case .forbidden: counts.1 += 1
            case .unregistered: counts.2 += 1
            }
        }
    }

    /// Why the first job that is not registered is left alone.
    var unregisteredReason: String? {
        for case .unregistered(let reason)? in jobs.map(\.aside) { return reason }
        return nil
    }

    /// The jobs that have work were listed.
    ///
    /// A job that the list no longer has may have tasks: a server hides jobs of which many images have failed. It is still asked,
    /// until its own answers were empty more than once and for a whole lease; see ``forgetIfOver(_:now:)``.
    mutating func listed(_ found: [AntennaJob], now: Duration) {
        succeeded()
        listingSince = nil
        let ids = Set(found.map(\.id))
        var seen: Set<Int> = []
        // Those that were known keep their turn; the server's order would favour the same job after every listing.
        jobs = jobs.compactMap { state in
            guard seen.insert(state.job.id).inserted else { return nil }
            guard !ids.contains(state.job.id) else { return state.asListed(true) }
            return state.aside == nil || state.askedSince != nil ? state.asListed(false) : nil
        }
        // What the server says of rights is a hint, so those that seem to be forbidden come last, and are tried all the same.
        let new = found.filter { seen.insert($0.id).inserted }
        jobs += new.filter { $0.seemsPermitted != false }.map { JobState(job: $0) }
        jobs += new.filter { $0.seemsPermitted == false }.map { JobState(job: $0) }
        for index in jobs.indices { jobs[index].isEmpty = false }
        isRoundOpen = true
        emptyListings = found.isEmpty ? emptyListings + 1 : 0
        nextListing =
            found.isEmpty
            ? now + backOff(misses: emptyListings, maximum: limits.maximumIdleDelay)
            : now + jittered(limits.jobRefreshInterval)
    }

    /// Tasks of a job were given back, dropped or lost on the way: the server will deliver them again.
    mutating func expectReturn(of job: AntennaJob, by deadline: Duration) {
        emptyRounds = 0
        emptySince = nil
        let until = deadline + Self.leaseSlack
        guard let index = jobs.firstIndex(where: { $0.job.id == job.id }) else {
            // Given up meanwhile: nobody else asks for tasks of a job that is not listed.
            jobs.append(JobState(job: job, mayReturnUntil: until, isListed: false))
            return
        }
        jobs[index].mayReturnUntil = max(jobs[index].mayReturnUntil, until)
    }

    /// Whether a job is known that the list does not have.
    func isHidden(_ job: AntennaJob) -> Bool {
        jobs.contains { $0.job.id == job.id && !$0.isListed }
    }

    /// Knows a job no more.
    mutating func forget(_ job: AntennaJob) {
        jobs.removeAll { $0.job.id == job.id }
    }

    /// Whether a call for tasks of a job whose answer was lost may have reserved any.
    ///
    /// One that is not listed and was empty when it last answered has none, most likely: else a server that loses an answer now
    /// and then would have us wait for ever.
    func mayHaveTasks(_ job: AntennaJob) -> Bool {
        guard let state = jobs.first(where: { $0.job.id == job.id }) else { return false }
        return state.isListed || state.emptySince == nil
    }

    /// The tasks of a job were not asked for, since the server would drop their results.
    ///
    /// - Returns: Whether that is new: no job is left alone for that reason already.
    mutating func setAside(_ job: AntennaJob, because reason: String, now: Duration) -> Bool {
        let isNew = !jobs.contains { $0.aside == .unregistered(reason) }
        change(job) { planner, state in
            state.aside = .unregistered(reason)
            state.askedSince = nil
            state.readyAt = now + planner.jittered(planner.limits.refusedDelay)
        }
        return isNew
    }

    mutating func forbid(_ job: AntennaJob, now: Duration) -> Verdict {
        var isNew = false
        change(job) { planner, state in
            isNew = state.aside != .forbidden
            state.misses = isNew ? 1 : state.misses + 1
            state.aside = .forbidden
            state.readyAt =
                now
                + planner.backOff(
                    misses: state.misses,
                    from: planner.limits.refusedDelay,
                    maximum: planner.limits.maximumAsideDelay
                )
        }
        // Bounded, as the list may show a server's whole history.
        if forbiddenJobs.count < 1_000 { forbiddenJobs.insert(job.id) }
        return .jobForbidden(isNew: isNew)
    }

    /// How long an empty job is left alone.
    ///
    /// One that is not listed may have tasks again only when a lease ends, and most of these are simply done.
    mutating func idleDelay(_ state: JobState) -> Duration {
        let isSeldom = !state.isListed && !limits.untilEmpty
        let maximum = isSeldom ? max(limits.maximumIdleDelay, limits.lease / 4) : limits.maximumIdleDelay
        return backOff(misses: state.misses, maximum: maximum)
    }

    /// Forgets a job that is not listed once its own answers were empty more than once, for as long as a lease may last.
    mutating func forgetIfOver(_ job: AntennaJob, now: Duration) {
        guard let index = jobs.firstIndex(where: { $0.job.id == job.id }) else { return }
        let state = jobs[index]
        guard !state.isListed, state.emptyAnswers >= 2, state.mayReturnUntil <= now, let since = state.emptySince,
            now - since >= limits.lease + Self.leaseSlack
        else { return }
        jobs.remove(at: index)
    }

    mutating func change(_ job: AntennaJob, _ body: (inout Self, inout JobState) -> Void) {
        guard let index = jobs.firstIndex(where: { $0.job.id == job.id }) else { return }
        var state = jobs[index]
        body(&self, &state)
        jobs[index] = state
    }
}

extension ReservationPlanner.JobState {
    /// The same job after a listing that had it, or not.
    fileprivate func asListed(_ isListed: Bool) -> Self {
        var state = self
        if state.isListed != isListed {
            state.emptySince = nil
            state.emptyAnswers = 0
        }
        state.isListed = isListed
        return state
    }
}
