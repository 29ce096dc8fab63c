import DequeModule

/// Compares what was posted with what the server has saved, job by job.
///
/// Pure: the time comes from outside. A server saves some time after its 200, and other workers add to what is saved, so only
/// what was posted a while ago counts, and only too little is told.
struct SavedResultAudit {
    /// Results of a job that the server took and does not have.
    struct Loss: Equatable {
        let jobID: Int
        let posted: Int
        let saved: Int
        let latestError: String?

        var missing: Int { posted - saved }
    }

    private struct Look {
        let at: Duration
        let posted: Int
    }

    private struct Entry {
        let jobID: Int
        /// The count saved before we posted anything; nil until it was looked at.
        var baseline: Int?
        /// The latest error in the job's log at that time.
        var errorBefore: String?
        var posted = 0
        var tasks: Set<String> = []
        var looks: Deque<Look> = []
        var nextLook: Duration
        var lastPost: Duration
        var loss: Loss?

        /// Takes in what the server had before our results.
        mutating func begin(at saved: Int, _ detail: AntennaJobDetail) {
            baseline = saved
            errorBefore = detail.latestError
        }

        /// Takes in what the server has now.
        ///
        /// - Returns: Whether the job is complete.
        mutating func take(_ detail: AntennaJobDetail, now: Duration) -> Bool {
            guard let saved = detail.boundedSaved else { return false }
            guard let baseline else {
                // First seen after some of ours may be in: what comes from here on is compared.
                begin(at: saved, detail)
                posted = 0
                return false
            }
            looks.append(Look(at: now, posted: posted))
            // A server that has logged something new has tried to save: what is missing then is not merely late.
            let hasTried = detail.latestError != nil && detail.latestError != errorBefore
            let settledBefore = now - (hasTried ? SavedResultAudit.interval : SavedResultAudit.patience)
            while looks.count > 1, looks[1].at <= settledBefore { looks.removeFirst() }
            let settled = looks[0].at <= settledBefore ? looks[0].posted : 0
            let arrived = max(0, saved - baseline)
            let missing = settled - arrived
            let isComplete = detail.images.map { saved >= $0 } ?? false
            // Tasks that were answered twice are saved once, so a few are no news, unless nothing arrives at all.
            let isLoss = missing > 0 && (arrived == 0 || (missing >= 3 && missing * 4 >= settled))
            loss =
                isLoss && !isComplete
                ? Loss(jobID: jobID, posted: settled, saved: arrived, latestError: detail.latestError) : nil
            return isComplete
        }
    }

    /// How long a server may take to save that logs nothing new about the job.
    static let patience = Duration.seconds(120)
    /// How often a job is looked at, and how long a server may take that has logged something new.
    static let interval = Duration.seconds(30)
    /// How long a job is watched after the last post.
    static let memory = Duration.seconds(900)
    /// More jobs than a worker has at a time; further ones are not watched.
    static let mostJobs = 500
    /// More tasks than this of a job are counted without looking for those that were posted twice.
    static let mostTasks = 20_000

    private var entries: [Int: Entry] = [:]

    /// The results missing now, in the order of the jobs.
    var losses: [Loss] { entries.values.compactMap(\.loss).sorted { $0.jobID < $1.jobID } }

    /// A job was looked at before anything was posted.
    mutating func began(_ jobID: Int, _ detail: AntennaJobDetail, now: Duration) {
        guard entries[jobID] != nil || entries.count < Self.mostJobs, let saved = detail.boundedSaved else {
            return
        }
        if entries[jobID] == nil { entries[jobID] = Entry(jobID: jobID, nextLook: now + Self.interval, lastPost: now) }
        if entries[jobID]?.posted == 0 { entries[jobID]?.begin(at: saved, detail) }
    }

    /// The server took a result.
    ///
    /// A task that was delivered twice counts once.
    mutating func posted(_ taskID: String, ofJob jobID: Int, now: Duration) {
        guard entries[jobID] != nil || entries.count < Self.mostJobs else { return }
        var entry = entries[jobID] ?? Entry(jobID: jobID, nextLook: now, lastPost: now)
        if entry.tasks.count < Self.mostTasks {
            guard entry.tasks.insert(taskID).inserted else { return }
        }
        entry.posted += 1
        entry.lastPost = now
        entries[jobID] = entry
    }

    /// When the next job is to be looked at; nil when there is none.
    var nextLook: Duration? { entries.values.map(\.nextLook).min() }

    /// The jobs to look at.
    func due(now: Duration) -> [Int] {
        entries.filter { $0.value.nextLook <= now }.keys.sorted()
    }

    /// A job was looked at, nil when it could not be.
    ///
    /// - Returns: What is missing, when that is new or more than before.
    mutating func looked(at jobID: Int, _ detail: AntennaJobDetail?, now: Duration) -> Loss? {
        guard var entry = entries[jobID] else { return nil }
        entry.nextLook = now + Self.interval
        let before = entry.loss
        let isOver = detail.map { entry.take($0, now: now) } ?? false
        // A job that nothing is posted for any more is not watched for ever, whatever is missing of it.
        entries[jobID] = isOver || now - entry.lastPost > Self.memory ? nil : entry
        guard let loss = entry.loss, loss.missing > (before?.missing ?? 0) else { return nil }
        return loss
    }

    /// The job is gone, and what is missing of it cannot be told any more.
    mutating func forget(_ jobID: Int) {
        entries[jobID] = nil
    }
}

extension AntennaJobDetail {
    /// A number that can be reckoned with, whatever the server says.
    fileprivate var boundedSaved: Int? { saved.map { min(max(0, $0), Int(Int32.max)) } }
}
