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
            let now = clock.now
            let (step, waits) = nextStep(now: now)
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

    /// What to do next, and which calls have waited for so long that it is to be told.
    private func nextStep(
        now: Duration
    ) -> (step: ReservationPlanner.Step, waits: (calls: [CallWarnings.Call], nextLook: Duration?)) {
        // Paused is as if results had nowhere to go: jobs are still listed, which shows the server that we live.
        let isPaused = pauseSwitch.isPaused
        return state.withLock { state in
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

    /// Finds out how many images a job has: those of few go first.
    private func look(at job: AntennaJob) async {
        do throws(AntennaError) {
            let images = try await registrations.images(of: job)
            ended { state, _ in state.planner.looked(at: job, images: images) }
        } catch {
            failed(error, job: job, mayHoldTasks: false)
        }
    }

    /// Ends a call that failed, and says so unless it was said before.
    func failed(_ error: AntennaError, job: AntennaJob?, mayHoldTasks: Bool = true) {
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
    func tellOfAnswer(_ call: CallWarnings.Call, after length: Duration?) {
        guard let length else { return }
        var metadata: Logger.Metadata = [LogKey.duration: "\(length)"]
        if case .tasks(let job) = call { metadata[LogKey.jobID] = "\(job)" }
        logger.notice("Antenna answers again", metadata: metadata)
    }

    /// Says that tasks are left to others because their results would be dropped.
    func reportUnregistered(_ reason: String, job: AntennaJob?) {
        var metadata: Logger.Metadata = [LogKey.reason: "\(reason)"]
        if let job { metadata[LogKey.jobID] = "\(job.id)" }
        logger.error(
            "Antenna would drop the results, so the tasks are not taken; 'antenna-worker register' registers the pipelines",
            metadata: metadata
        )
    }

    /// Reports the end of a call to the state, and tells everybody.
    @discardableResult
    func ended<Value: Sendable>(_ body: @Sendable (inout State, Duration) -> Value) -> Value {
        let now = clock.now
        let value = state.withLock { state in
            state.calls -= 1
            return body(&state, now)
        }
        changed.notify()
        return value
    }
}
