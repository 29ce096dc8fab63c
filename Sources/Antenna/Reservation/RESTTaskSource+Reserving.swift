import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

extension RESTTaskSource {
    /// Reserves tasks of a job, unless that is no use or not allowed any more.
    func reserve(_ count: Int, of job: AntennaJob) async {
        guard await isWorthReserving(job) else { return }
        guard state.withLock({ $0.beginReservation() }) else {
            ended { _, _ in }
            return
        }
        defer {
            state.withLock { $0.reservations -= 1 }
            changed.notify()
        }
        // The lease begins when the server answers, at the earliest when it is asked.
        let askedAt = clock.now
        do throws(AntennaError) {
            let reservation = try await client.reserve(job: job, count: count)
            await answerAgain(admit(reservation, of: job, askedAt: askedAt))
            ended { _, _ in }
        } catch {
            failed(error, job: job)
        }
    }

    /// Whether a job may have tasks for us whose results the server would keep; when not, the call is over.
    private func isWorthReserving(_ job: AntennaJob) async -> Bool {
        if state.withLock({ $0.planner.isHidden(job) }), await isComplete(job) {
            ended { state, _ in state.forget(job) }
            return false
        }
        do throws(AntennaError) {
            switch try await registrations.verdict(on: job) {
            case .good:
                return true
            case .foreign:
                ended { state, _ in state.forget(job) }
            case .dropped(let reason):
                let isNews = ended { state, now in
                    state.warnings.forget(.tasks(job: job.id))
                    // What the project lacks was said when it was looked at.
                    return state.planner.setAside(job, because: reason, now: now) && state.projectProblem == nil
                }
                if isNews { reportUnregistered(reason, job: job) }
            }
        } catch {
            failed(error, job: job, mayHoldTasks: false)
        }
        return false
    }

    /// Whether a job that is not listed any more has all its images done, so that nothing of it can come again.
    private func isComplete(_ job: AntennaJob) async -> Bool {
        do throws(AntennaError) {
            let detail = try await client.detail(ofJob: job.id)
            guard let saved = detail.saved, let images = detail.images else { return false }
            return saved >= images
        } catch {
            return error.code == .notFound
        }
    }

    /// Takes in what was reserved.
    ///
    /// - Returns: Tasks whose results were taken before: they get the same answer again.
    private func admit(_ reservation: AntennaReservation, of job: AntennaJob, askedAt: Duration) -> [ImageTask] {
        let poster = self.poster
        let lease = settings.lease
        let now = clock.now
        let (answered, duration): ([ImageTask], Duration?) = state.withLock { state in
            state.letTimePass(to: now)
            // After a slow answer part of the lease may be over. A task that is dropped has lost one of two deliveries for sure.
            let deadline = max(askedAt, now - lease / 2) + lease
            var answered: [ImageTask] = []
            var seen: Set<TaskKey> = []
            var fresh = 0
            let lane: Lane = state.planner.isInteractive(job) ? .interactive : .batch
            for var task in reservation.tasks {
                task.lane = lane
                let key = TaskKey(task)
                // A result in the spool answers this delivery too, when it is posted.
                if poster.holds(key) {
                    state.counters.duplicates += 1
                } else if poster.remembers(key) {
                    // One answer settles a task, however often the server named it.
                    if seen.insert(key).inserted { answered.append(task) } else { state.counters.duplicates += 1 }
                } else if state.leases.admit(task, deadline: deadline) {
                    fresh += 1
                } else {
                    state.counters.duplicates += 1
                }
            }
            state.counters.reserved += fresh
            if reservation.unanswerable > 0 {
                state.counters.unanswerable += reservation.unanswerable
                state.planner.expectReturn(of: job, by: deadline)
            }
            let count = reservation.tasks.count + reservation.unanswerable
            state.planner.reserved(count, fresh: fresh, of: job, now: now)
            state.answering += answered.count
            // With the planner, which would else still have the call under way, and waiting for long.
            return (answered, state.warnings.answered(.tasks(job: job.id), now: now))
        }
        changed.notify()
        tellOfAnswer(.tasks(job: job.id), after: duration)
        if reservation.unanswerable > 0 {
            logger.warning(
                "Tasks without an id, an image or a reply subject cannot be answered",
                metadata: [LogKey.jobID: "\(job.id)", LogKey.count: "\(reservation.unanswerable)"]
            )
        }
        return answered
    }

    /// Answers tasks with the bytes of their first answer; those whose bytes are gone meanwhile are done again.
    private func answerAgain(_ tasks: [ImageTask]) async {
        for task in tasks {
            var isAnswered = false
            do {
                isAnswered = try await poster.answerAgain(task)
            } catch {
                logger.debug(
                    "A task could not be answered again",
                    metadata: [LogKey.taskID: "\(task.id)", LogKey.error: "\(error)"]
                )
            }
            let deadline = clock.now + settings.lease / 2
            state.withLock { state in
                state.answering -= 1
                if isAnswered {
                    state.counters.answeredAgain += 1
                } else if state.leases.admit(task, deadline: deadline) {
                    state.counters.reserved += 1
                }
            }
            changed.notify()
        }
    }
}
