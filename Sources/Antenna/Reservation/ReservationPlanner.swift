import Concurrency

/// Decides what to ask the server next: which jobs there are, tasks of which job and how many, or nothing yet.
///
/// Pure: the caller says what time it is and how much is in hand, makes the call, and reports how it went. One call is made
/// after the other, but one that is slow is not waited for: others go on beside it, though never a second one of its job.
struct ReservationPlanner {
    /// The paces and bounds, from the settings.
    struct Limits: Sendable {
        var batchSize: Int
        /// The most images of a job that goes first; 0 for none.
        var interactiveImages = 0
        var lease: Duration
        var livenessInterval: Duration
        var jobRefreshInterval: Duration
        var minimumIdleDelay: Duration
        var maximumIdleDelay: Duration
        var maximumFailureDelay = Duration.seconds(30)
        var refusedDelay = Duration.seconds(60)
        /// How long a job is left alone at most that is set aside: forbidden, or not registered.
        var maximumAsideDelay = Duration.seconds(900)
        var maximumRetryAfter = Duration.seconds(600)
        /// From when on a call under way holds up no other.
        var slowCall = Duration.seconds(2)
        /// Calls under way at the same time, slow ones but for the last.
        var mostCalls = 4
        var untilEmpty: Bool
        /// Whether an until-empty source also waits for tasks that other workers hold.
        var waitsForOthers: Bool
        /// Whether calls carry a token; without one a refusal is a mistake in the settings.
        var hasToken: Bool
    }

    /// What is in hand.
    struct Load {
        /// Reserved and begun by nobody.
        var queued = 0
        /// Reserved and not settled.
        var outstanding = 0
        /// Tasks finished a second; nil until measured.
        var ratePerSecond: Double?
        /// Whether results have nowhere to go, so that more work would only pile up.
        var isBackedUp = false
        /// Jobs whose results the server forbids us to post.
        var closedJobs: Set<Int> = []
    }

    /// What to do next.
    enum Step: Equatable {
        case listJobs
        /// Find out how many images a job has.
        case look(AntennaJob)
        case reserve(AntennaJob, count: Int)
        /// Nothing before this time, unless the load changes or a call ends.
        case wait(until: Duration)
        case finished

        /// Whether it is a call to the server.
        var isCall: Bool {
            switch self {
            case .listJobs, .look, .reserve: true
            case .wait, .finished: false
            }
        }
    }

    /// Clocks of two machines differ, and servers look at their leases now and then only.
    static let leaseSlack = Duration.seconds(5)

    let limits: Limits
    var generator: any RandomNumberGenerator & Sendable
    /// The jobs in the order in which they are asked; who was asked goes to the end.
    var jobs: [JobState] = []
    /// Jobs that were forbidden when they were last tried, listed still or not.
    var forbiddenJobs: Set<Int> = []
    var nextListing = Duration.zero
    /// Since when the jobs are being listed; nil while they are not.
    var listingSince: Duration?
    var pausedUntil = Duration.zero
    var lastCall: Duration?
    var hasSucceeded = false
    var serverMisses = 0
    var emptyListings = 0
    var emptyRounds = 0
    /// Since when every round was empty.
    var emptySince: Duration?
    var isRoundOpen = false
    private(set) var isDraining = false

    init(limits: Limits, generator: any RandomNumberGenerator & Sendable) {
        self.limits = limits
        self.generator = generator
    }

    /// Reserves no more.
    mutating func drain() {
        isDraining = true
    }

    /// The calls under way, and since when each is.
    var callsUnderWay: [(call: CallWarnings.Call, since: Duration)] {
        (listingSince.map { [(.jobs, $0)] } ?? [])
            + jobs.compactMap { state in state.askedSince.map { (.tasks(job: state.job.id), $0) } }
    }

    /// Decides; a step that is a call counts as made.
    mutating func step(now: Duration, load: Load) -> Step {
        guard !isDraining else { return .finished }
        if now < pausedUntil { return .wait(until: pausedUntil) }
        let calls = callsUnderWay
        if calls.isEmpty, limits.untilEmpty, closeRoundIfEmpty(now: now, load: load) { return .finished }
        let free = calls.map { $0.since + limits.slowCall }.max() ?? now
        if now < free { return .wait(until: free) }
        let mayList = listingSince == nil
        if mayList, now >= listingDue {
            lastCall = now
            listingSince = now
            return .listJobs
        }
        // While the listing itself is slow, whatever ends first wakes the caller; the time is only the latest.
        let nextLook = mayList ? listingDue : now + limits.livenessInterval
        guard calls.count < limits.mostCalls else { return .wait(until: nextLook) }
        let askable = jobs.indices.filter {
            jobs[$0].askedSince == nil && !load.closedJobs.contains(jobs[$0].job.id)
        }
        let ready = askable.filter { jobs[$0].readyAt <= now }
        if !load.isBackedUp, let index = ready.first(where: { isToBeLookedAt(jobs[$0]) }) {
            lastCall = now
            jobs[index].askedSince = now
            return .look(jobs[index].job)
        }
        if let (index, count) = takeTurn(among: ready, load: load) {
            lastCall = now
            var state = jobs.remove(at: index)
            state.askedSince = now
            state.passedOver = 0
            jobs.append(state)
            return .reserve(state.job, count: count)
        }
        let next = askable.filter { mayHaveTurn(jobs[$0], load) }.map { jobs[$0].readyAt }.filter { $0 > now }
        return .wait(until: next.reduce(nextLook, min))
    }

    /// The jobs are listed when it is time, and in any case when nothing was asked for so long that the server would think us dead.
    private var listingDue: Duration {
        guard let lastCall else { return nextListing }
        return min(nextListing, lastCall + limits.livenessInterval)
    }

    /// How many tasks to reserve.
    ///
    /// Outstanding tasks stay below what the measured rate finishes within half a lease; before anything is measured that is one
    /// batch. While enough is queued for the next second nothing is reserved, so that other workers get their share; and not
    /// for a trickle of single tasks, a call costs the server the same for one as for many.
    func room(_ load: Load) -> Int {
        guard !load.isBackedUp else { return 0 }
        let rate = load.ratePerSecond
        let lowWater = max(max(1, limits.batchSize / 2), rate.map { Int(min($0.rounded(.up), 1e6)) } ?? 0)
        guard load.queued < lowWater else { return 0 }
        let limit = sustainable(load)
        let count = min(limits.batchSize, limit - load.outstanding)
        let worthACall = max(1, min(limits.batchSize, limit) / 4)
        return count >= worthACall ? count : 0
    }

    /// How many tasks may be outstanding: what is finished in half a lease.
    func sustainable(_ load: Load) -> Int {
        guard let rate = load.ratePerSecond else { return limits.batchSize }
        return max(1, Int(min((rate * limits.lease.inSeconds / 2).rounded(.down), 1e6)))
    }

    /// A wait around a time, so that workers that started together drift apart.
    mutating func jittered(_ delay: Duration) -> Duration {
        delay.jittered(using: &generator)
    }

    /// The wait after so many misses in a row.
    mutating func backOff(misses: Int, from minimum: Duration? = nil, maximum: Duration) -> Duration {
        Backoff(first: minimum ?? limits.minimumIdleDelay, most: maximum).delay(failures: misses, using: &generator)
    }
}
