import Logging
import Synchronization
import Threading

extension RESTTaskSource {
    package func run() async throws {
        defer {
            state.withLock { $0.hasEnded = true }
            changed.notify()
        }
        while !Task.isCancelled {
            let seen = changed.generation
            // Paused is as if results had nowhere to go: jobs are still listed, which shows the server that we live.
            let isBackedUp = poster.isBackedUp || taking.isPaused
            let now = timeline.now
            let step = state.withLock { state in
                state.letTimePass(to: now)
                let load = ReservationPlanner.Load(
                    queued: state.book.queued,
                    outstanding: state.book.outstanding,
                    ratePerSecond: state.rate.perSecond,
                    isBackedUp: isBackedUp
                )
                let step = state.planner.step(now: now, load: load)
                state.isCalling = step.isCall
                return step
            }
            switch step {
            case .finished:
                return
            case .wait(let until):
                await wait(for: until - now, orChangeAfter: seen)
            case .listJobs:
                try await listJobs()
            case .reserve(let job, let count):
                try await reserve(count, of: job)
            }
        }
    }

    private func listJobs() async throws {
        do throws(AntennaError) {
            let jobs = try await client.jobs(
                pipelines: settings.pipelines,
                projectID: settings.projectID,
                limit: settings.jobLimit
            )
            ended { $0.planner.listed(jobs, now: $1) }
        } catch {
            try failed(error, job: nil)
        }
    }

    private func reserve(_ count: Int, of job: AntennaJob) async throws {
        // The lease begins when the server answers, at the earliest when it is asked.
        let askedAt = timeline.now
        do throws(AntennaError) {
            let reservation = try await client.reserve(job: job, count: count)
            admit(reservation, of: job, askedAt: askedAt)
        } catch {
            try failed(error, job: job)
        }
    }

    private func admit(_ reservation: AntennaReservation, of job: AntennaJob, askedAt: Duration) {
        let deadline = askedAt + settings.lease
        let poster = self.poster
        ended { state, now in
            state.letTimePass(to: now)
            var fresh = 0
            for task in reservation.tasks {
                // A result in the spool answers this delivery too, when it is posted.
                if !poster.holds(TaskKey(task)), state.book.admit(task, deadline: deadline) {
                    fresh += 1
                } else {
                    state.counters.duplicates += 1
                }
            }
            state.counters.reserved += fresh
            if reservation.unanswerable > 0 {
                state.counters.unanswerable += reservation.unanswerable
                state.planner.expectReturn(jobID: job.id, by: deadline)
            }
            let count = reservation.tasks.count + reservation.unanswerable
            state.planner.reserved(count, fresh: fresh, of: job, now: now)
        }
        if reservation.unanswerable > 0 {
            logger.warning(
                "Tasks without an id, an image or a reply subject cannot be answered",
                metadata: [LogKey.jobID: "\(job.id)", LogKey.count: "\(reservation.unanswerable)"]
            )
        }
    }

    private func failed(_ error: AntennaError, job: AntennaJob?) throws {
        let isCancelled = error.code == .cancelled
        let verdict = ended { $0.planner.failed(error, job: job, now: $1) }
        var metadata: Logger.Metadata = [LogKey.error: "\(error)"]
        if let job { metadata[LogKey.jobID] = "\(job.id)" }
        switch verdict {
        case .fatal:
            if !isCancelled { throw error }
        case .jobForgotten:
            logger.info("The job is gone", metadata: metadata)
        case .retried:
            logger.log(
                level: isCancelled ? .debug : .warning,
                "Asking Antenna failed; trying again",
                metadata: metadata
            )
        }
    }

    /// Reports the end of a call to the state, and tells everybody.
    @discardableResult
    private func ended<Value: Sendable>(_ body: @Sendable (inout State, Duration) -> Value) -> Value {
        let now = timeline.now
        let value = state.withLock { state in
            state.isCalling = false
            return body(&state, now)
        }
        changed.notify()
        return value
    }

    private func wait(for delay: Duration, orChangeAfter generation: UInt64) async {
        let changed = self.changed
        let timeline = self.timeline
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await changed.wait(after: generation) }
            // Only cancellation ends it early, by the signal's coming first or from outside: the loop sees both.
            group.addTask { try? await timeline.sleep(for: delay) }
            await group.next()
            group.cancelAll()
        }
    }
}

extension ReservationPlanner.Step {
    /// Whether the step is a call to the server.
    var isCall: Bool {
        switch self {
        case .listJobs, .reserve: true
        case .wait, .finished: false
        }
    }
}
