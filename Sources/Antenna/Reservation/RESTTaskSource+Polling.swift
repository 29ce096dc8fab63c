import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

extension RESTTaskSource {
    /// Reservations that were under way when the source was drained are waited for so long: their tasks would go to nobody.
    private static let drainPatience = Duration.seconds(30)

    package func run() async throws {
        defer {
            state.withLock { $0.hasEnded = true }
            changed.notify()
        }
        await withTaskGroup(of: Void.self) { calls in
            await poll(into: &calls)
            await waitForReservations()
            calls.cancelAll()
        }
        if let failure = state.withLock(\.failure) { throw failure }
    }

    /// Asks the server one thing after the other; a call that is slow goes on beside the next.
    private func poll(into calls: inout TaskGroup<Void>) async {
        while !Task.isCancelled {
            let change = changed.next
            // Paused is as if results had nowhere to go: jobs are still listed, which shows the server that we live.
            let isPaused = pauseSwitch.isPaused
            let now = clock.now
            let (step, waits): (ReservationPlanner.Step, (calls: [CallWarnings.Call], nextLook: Duration?))
            (step, waits) = state.withLock { state in
                if state.failure != nil { return (.finished, ([], nil)) }
                state.letTimePass(to: now)
                let load = ReservationPlanner.Load(
                    queued: state.leases.queued,
                    outstanding: state.leases.outstanding + state.answering,
                    ratePerSecond: state.rate.perSecond,
                    isBackedUp: state.outlook.isBackedUp || isPaused,
                    closedJobs: state.outlook.closedJobs
                )
                let step = state.planner.step(now: now, load: load)
                if step.isCall { state.calls += 1 }
                return (step, state.tellableWaits(now: now))
            }
            for call in waits.calls { tellOfWaiting(call) }
            switch step {
            case .finished:
                return
            case .wait(let time):
                let until = min(time, waits.nextLook ?? time)
                await clock.pause(for: until - now, orUntil: change)
            case .listJobs:
                calls.addTask { await self.listJobs() }
            case .look(let job):
                calls.addTask { await self.look(at: job) }
            case .reserve(let job, let count):
                calls.addTask { await self.reserve(count, of: job) }
            }
        }
    }

    private func waitForReservations() async {
        let deadline = clock.now + Self.drainPatience
        while !Task.isCancelled {
            let change = changed.next
            let now = clock.now
            guard now < deadline, state.withLock({ $0.reservations > 0 && $0.failure == nil }) else { return }
            await clock.pause(for: deadline - now, orUntil: change)
        }
    }

    private func listJobs() async {
        do throws(AntennaError) {
            try await checkProject()
            let jobs = try await client.jobs(
                pipelines: settings.pipelines,
                projectID: settings.projectID,
                limit: settings.jobLimit
            )
            let duration = ended { state, now in
                state.planner.listed(jobs, now: now)
                return state.warnings.answered(.jobs, now: now)
            }
            tellOfAnswer(.jobs, after: duration)
        } catch {
            failed(error, job: nil)
        }
    }

    /// Looks whether there is the project that the settings name, and whether our pipelines are registered there: once, and
    /// again while they are not.
    private func checkProject() async throws(AntennaError) {
        guard let project = settings.projectID,
            state.withLock({ !$0.hasCheckedProject || $0.projectProblem != nil })
        else { return }
        let problems = try await registrations.checkProject(project)
        let problem = problems.isEmpty ? nil : "\(problems.joined(separator: "; ")), with project \(project)"
        let isNew = state.withLock { state in
            defer {
                state.hasCheckedProject = true
                state.projectProblem = problem
            }
            return state.projectProblem != problem
        }
        guard isNew else { return }
        if let problem {
            reportUnregistered(problem, job: nil)
        } else if !settings.expectations.isEmpty {
            logger.notice("The project's pipelines are registered", metadata: [LogKey.projectID: "\(project)"])
        }
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

    /// Finds out how many images a job has: those of few go first.
    private func look(at job: AntennaJob) async {
        do throws(AntennaError) {
            let images = try await registrations.images(of: job)
            ended { state, _ in state.planner.looked(at: job, images: images) }
        } catch {
            failed(error, job: job, mayHoldTasks: false)
        }
    }

    private func reserve(_ count: Int, of job: AntennaJob) async {
        if state.withLock({ $0.planner.isHidden(job) }), await isComplete(job) {
            ended { state, _ in state.forget(job) }
            return
        }
        do throws(AntennaError) {
            switch try await registrations.verdict(on: job) {
            case .good: break
            case .foreign:
                ended { state, _ in state.forget(job) }
                return
            case .dropped(let reason):
                let isNews = ended { state, now in
                    state.warnings.forget(.tasks(job: job.id))
                    // What the project lacks was said when it was looked at.
                    return state.planner.setAside(job, because: reason, now: now) && state.projectProblem == nil
                }
                if isNews { reportUnregistered(reason, job: job) }
                return
            }
        } catch {
            failed(error, job: job, mayHoldTasks: false)
            return
        }
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

    private func failed(_ error: AntennaError, job: AntennaJob?, mayHoldTasks: Bool = true) {
        let isCancelled = error.code == .cancelled
        let call = job.map { CallWarnings.Call.tasks(job: $0.id) } ?? .jobs
        let (verdict, isNews) = ended { state, now in
            let verdict = state.planner.failed(error, job: job, mayHoldTasks: mayHoldTasks, now: now)
            if verdict == .fatal, !isCancelled { state.failure = error }
            if verdict == .retried, !isCancelled { return (verdict, state.warnings.failed(call, now: now)) }
            state.warnings.forget(call)
            return (verdict, false)
        }
        var metadata: Logger.Metadata = [LogKey.error: "\(error)"]
        if let job { metadata[LogKey.jobID] = "\(job.id)" }
        switch verdict {
        case .fatal: break
        case .jobForgotten:
            logger.info("The job is gone", metadata: metadata)
        case .jobForbidden(let isNew):
            logger.log(
                level: isNew ? .warning : .debug,
                "The token's user may not take this job's tasks; it is left alone, the others go on",
                metadata: metadata.merging([LogKey.neededRights: "\(AntennaRights.work)"]) { $1 }
            )
        case .retried:
            logger.log(
                level: isNews ? .warning : .debug,
                "Asking Antenna failed; trying again",
                metadata: metadata
            )
        }
    }

    /// Says that a call has waited for long: whoever reads the log would else see nothing for minutes.
    private func tellOfWaiting(_ call: CallWarnings.Call) {
        switch call {
        case .jobs:
            logger.warning("Antenna does not answer; it is waited for")
        case .tasks(let job):
            logger.warning(
                "Antenna does not answer a call for tasks, perhaps because the queue behind it is away; it is waited for",
                metadata: [LogKey.jobID: "\(job)"]
            )
        }
    }

    /// Says that a problem is over, where one was logged that ended with a call's answer.
    private func tellOfAnswer(_ call: CallWarnings.Call, after length: Duration?) {
        guard let length else { return }
        var metadata: Logger.Metadata = [LogKey.duration: "\(length)"]
        if case .tasks(let job) = call { metadata[LogKey.jobID] = "\(job)" }
        logger.notice("Antenna answers again", metadata: metadata)
    }

    private func reportUnregistered(_ reason: String, job: AntennaJob?) {
        var metadata: Logger.Metadata = [LogKey.reason: "\(reason)"]
        if let job { metadata[LogKey.jobID] = "\(job.id)" }
        logger.error(
            "Antenna would drop the results, so the tasks are not taken; 'antenna-worker register' registers the pipelines",
            metadata: metadata
        )
    }

    /// Reports the end of a call to the state, and tells everybody.
    @discardableResult
    private func ended<Value: Sendable>(_ body: @Sendable (inout State, Duration) -> Value) -> Value {
        let now = clock.now
        let value = state.withLock { state in
            state.calls -= 1
            return body(&state, now)
        }
        changed.notify()
        return value
    }
}

extension ReservationPlanner.Step {
    /// Whether the step is a call to the server.
    var isCall: Bool {
        switch self {
        case .listJobs, .look, .reserve: true
        case .wait, .finished: false
        }
    }
}
