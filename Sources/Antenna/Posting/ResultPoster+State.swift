import Concurrency

extension ResultPoster {
    /// How posting goes, and what waits for a place.
    struct State {
        /// Until when the server is left alone; nil while all is well.
        var awayUntil: Duration?
        /// Whether any call that succeeds ends that wait.
        var endsWithSuccess = false
        /// How often it did since a result was taken.
        var returns = 0
        /// The result of the spool that failed last, while none was taken since: it must not hold up those behind it.
        var passed: Spool.EntryID?
        /// Results of the spool that fail while others are taken.
        var failing = FailingResults()
        var misses = 0
        /// When it was last told that results cannot be posted; nil once it is told that they can.
        var toldAt: Duration?
        /// Jobs whose results the server forbids us to post.
        var closed: [Int: ClosedJob] = [:]
        /// Deliveries that have found no place at all.
        var stranded = 0
        /// Why the last of them found none on disk.
        var strandedBecause: String?
        var isFinishing = false
        /// Whether results that have no place are given up.
        var isAbandoned = false
        var generator: any RandomNumberGenerator & Sendable
    }

    /// A job whose results the server forbids us to post.
    struct ClosedJob {
        var misses = 0
        var until = Duration.zero
    }
}

extension ResultPoster.State {
    /// The wait after so many failures in a row.
    mutating func delay(_ backoff: Backoff, failures: Int) -> Duration {
        backoff.delay(failures: failures, using: &generator)
    }

    /// Leaves a job alone for a while.
    ///
    /// - Returns: Whether that is new.
    mutating func close(_ jobID: Int, now: Duration, _ settings: ResultPoster.Settings) -> Bool {
        let isNew = closed[jobID] == nil
        var job = closed[jobID] ?? ResultPoster.ClosedJob()
        // Posts that were under way together count as one attempt.
        guard job.until <= now else { return isNew }
        job.misses += 1
        job.until = now + delay(settings.forbidden, failures: job.misses)
        closed[jobID] = job
        return isNew
    }

    /// Leaves a result alone for a while that failed while others were taken.
    ///
    /// - Returns: Whether it is such a one; else the server may be to blame.
    mutating func leaveAlone(_ entry: Spool.EntryID, now: Duration, _ settings: ResultPoster.Settings) -> Bool {
        guard let misses = failing.failed(entry) else { return false }
        failing.wait(entry, until: now + delay(settings.failing, failures: misses))
        return true
    }

    /// What is left alone now, and when the first of it is tried again.
    func asleep(now: Duration) -> (jobs: Set<Int>, entries: Set<Spool.EntryID>, until: Duration?) {
        let jobs = closed.filter { $0.value.until > now }
        let (entries, until) = failing.asleep(now: now)
        return (Set(jobs.keys), entries, (jobs.values.map(\.until) + [until].compactMap(\.self)).min())
    }
}
