package import Concurrency
package import Logging
package import Pipeline
import Synchronization
import Telemetry

/// Takes tasks from Antenna's REST API, round-robin over the jobs of its pipelines, those of few images first, and brings their results back.
///
/// ``run()`` polls; ``next()`` hands out. ``ReservationPlanner`` decides what to ask for, ``LeaseTable`` records
/// what is held; both live under one lock, and every call is made outside it.
package final class RESTTaskSource: TaskSource {
    /// Counts since the source's start.
    package struct Counters: Sendable, Hashable {
        /// Tasks reserved, those delivered twice counted once.
        package var reserved = 0
        /// Tasks settled with a result.
        package var completed = 0
        /// Tasks given back.
        package var givenBack = 0
        /// Tasks dropped unstarted because their lease was about to end.
        package var expired = 0
        /// Deliveries of tasks that were held or answered already.
        package var duplicates = 0
        /// Tasks that were delivered again after their result was taken, and got the same answer without being done again.
        package var answeredAgain = 0
        /// Elements that said too little to be answered.
        package var unanswerable = 0
    }

    struct State {
        var planner: ReservationPlanner
        var leases = LeaseTable()
        var rate: CompletionRate
        /// How long a task takes from being handed out to being settled, averaged; zero until measured.
        var latency = Duration.zero
        var counters = Counters()
        /// Calls under way.
        var calls = 0
        /// Those of them that reserve: what they bring is in hand, whatever happens meanwhile.
        var reservations = 0
        /// Tasks that are being answered again.
        var answering = 0
        /// A failure that no retry can fix: the source ends.
        var failure: AntennaError?
        /// The poster's outlook for the next results.
        var outlook = PostingOutlook()
        var hasCheckedProject = false
        /// The problem of the project that the settings name.
        var projectProblem: String?
        var hasEnded = false
        var reportedExpiry = false
        /// The warnings about calls that hang or fail.
        var warnings = CallWarnings()

        /// Notes that a call that reserves begins; false when it must not any more.
        mutating func beginReservation() -> Bool {
            guard !planner.isDraining else { return false }
            reservations += 1
            return true
        }

        mutating func letTimePass(to now: Duration) {
            rate.advance(to: now, isBusy: leases.outstanding > 0)
        }

        mutating func expectReturn(of task: ImageTask, by deadline: Duration) {
            if let job = AntennaJob(of: task) { planner.expectReturn(of: job, by: deadline) }
        }

        mutating func forget(_ job: AntennaJob) {
            planner.forget(job)
            warnings.forget(.tasks(job: job.id))
        }

        /// The calls that have waited for too long by now and that is to be told of, and when to look again.
        mutating func tellableWaits(now: Duration) -> (calls: [CallWarnings.Call], nextLook: Duration?) {
            var (tellable, nextLook): ([CallWarnings.Call], Duration?) = ([], nil)
            for (call, since) in planner.callsUnderWay {
                let due = since + CallWarnings.patience
                if due > now {
                    nextLook = min(nextLook ?? due, due)
                } else if warnings.waits(call, since: since) {
                    tellable.append(call)
                }
            }
            return (tellable, nextLook)
        }

        var isOver: Bool { hasEnded || (planner.isDraining && calls == 0) }
    }

    let settings: RESTSourceSettings
    let client: AntennaClient
    let poster: any ResultPosting
    let pauseSwitch: PauseSwitch
    let registrations: RegistrationChecker
    let clock: WaitClock
    let logger: Logger
    /// Given when something was reserved, handed out, settled, or ended.
    let changed = WakeSignal()
    let state: Mutex<State>

    /// Makes a source that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - settings: Where and how.
    ///   - client: Speaks the API; the poster uses the same, so that both know the server's dialect.
    ///   - poster: Brings the results back.
    ///   - pauseSwitch: Whether tasks are reserved.
    ///   - monitor: Looks whether results arrive; told how far each job is at its beginning.
    ///   - clock: What time is measured and waited by.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Where events are reported.
    package init(
        settings: RESTSourceSettings,
        client: AntennaClient,
        poster: any ResultPosting,
        pauseSwitch: PauseSwitch = PauseSwitch(),
        monitor: SavedResultMonitor? = nil,
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) {
        self.settings = settings
        self.client = client
        self.poster = poster
        self.pauseSwitch = pauseSwitch
        self.clock = clock
        self.logger = logger
        self.registrations = RegistrationChecker(
            client: client,
            expectations: settings.expectations,
            onlyProject: settings.projectID,
            monitor: monitor,
            clock: clock,
            logger: logger
        )
        let planner = ReservationPlanner(limits: settings.plannerLimits, generator: generator)
        // A tenth of the lease: long enough for several batches, short enough to notice that images became larger.
        let rate = CompletionRate(timeConstant: settings.lease / 10, now: clock.now)
        self.state = Mutex(State(planner: planner, rate: rate))
        pauseSwitch.observe { [weak changed] in changed?.notify() }
        poster.observeOutlook { [weak self] outlook in
            self?.state.withLock { $0.outlook = outlook }
            self?.changed.notify()
        }
    }

    /// The counts so far.
    package var counters: Counters { state.withLock { $0.counters } }

    /// Tasks reserved and not settled.
    package var outstanding: Int { state.withLock { $0.leases.outstanding } }

    /// How many jobs are being worked on, and how many are left alone.
    package var jobCounts: (open: Int, forbidden: Int, unregistered: Int) { state.withLock { $0.planner.jobCounts } }

    /// Jobs whose tasks or results the server forbade when they were last tried.
    package var forbiddenJobs: [Int] {
        state.withLock { $0.planner.forbiddenJobs.union($0.outlook.closedJobs) }.sorted()
    }

    /// Why some jobs are left alone whose results would be dropped; nil when there are none.
    package var registrationProblem: String? {
        state.withLock { $0.planner.unregisteredReason ?? $0.projectProblem }
    }

    package func next(in lane: Lane?) async -> Lease? {
        while !Task.isCancelled {
            let change = changed.next
            let now = clock.now
            let (held, expired, isOver) = state.withLock { state in
                state.letTimePass(to: now)
                // Never more than half the lease: a worker that is slower than its lease still gets to work.
                let margin = min(state.latency, settings.lease / 2)
                let (held, expired) = state.leases.take(now: now, margin: margin, in: lane)
                for item in expired {
                    state.counters.expired += 1
                    state.expectReturn(of: item.task, by: item.deadline)
                }
                return (held, expired, state.isOver)
            }
            if !expired.isEmpty { report(expired) }
            if let held {
                changed.notify()
                return lease(on: held, now: now)
            }
            if isOver { return nil }
            if !expired.isEmpty { changed.notify() }
            await change.wait()
        }
        return nil
    }

    package func drain() {
        state.withLock { $0.planner.drain() }
        changed.notify()
    }

    private func lease(on held: LeaseTable.Held, now: Duration) -> Lease {
        let instant = ContinuousClock.now
        return Lease(
            task: held.task,
            takenAt: instant,
            deadline: instant + (held.deadline - now),
            settler: self,
            logger: logger
        )
    }

    private func report(_ expired: [LeaseTable.Held]) {
        let isFirst = state.withLock { state in
            defer { state.reportedExpiry = true }
            return !state.reportedExpiry
        }
        logger.log(
            level: isFirst ? .warning : .debug,
            "Leases ran out before their tasks could be begun; the server will deliver them again",
            metadata: [
                LogKey.count: "\(expired.count)", LogKey.jobID: "\(expired.first?.task.jobID ?? 0)",
            ]
        )
    }
}
