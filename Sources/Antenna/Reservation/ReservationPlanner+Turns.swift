/// Whose turn it is: jobs that somebody waits for go first, and pass no other over for ever.
extension ReservationPlanner {
    /// Turns of interactive jobs in a row that another has to wait for.
    static let mostPassedOver = 3

    /// Whether a job has so few images that somebody waits for it.
    func isInteractive(_ job: AntennaJob) -> Bool {
        jobs.first { $0.job.id == job.id }.map(isInteractive) ?? false
    }

    /// A job was looked at.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - images: Its images; nil where the server does not say.
    mutating func looked(at job: AntennaJob, images: Int?) {
        succeeded()
        change(job) { _, state in
            state.askedSince = nil
            state.isLookedAt = true
            state.images = images
        }
    }

    /// Whether it has to be found out first how many images a job has.
    func isToBeLookedAt(_ state: JobState) -> Bool {
        limits.interactiveImages > 0 && !state.isLookedAt && state.aside == nil
    }

    /// Chooses among jobs that may be asked now, and how many tasks to reserve; nil while there is room for none of them.
    ///
    /// They come in the order of their turns. An interactive job goes first, and need not wait for room; a job that was passed over too
    /// often has to be asked before another passes it.
    mutating func takeTurn(among ready: [Int], load: Load) -> (index: Int, count: Int)? {
        let (room, interactiveRoom) = (room(load), interactiveRoom(load))
        let due = ready.first { jobs[$0].passedOver >= Self.mostPassedOver }
        if due == nil, interactiveRoom > 0, let index = ready.first(where: { isInteractive(jobs[$0]) }) {
            for other in ready where !isInteractive(jobs[other]) { jobs[other].passedOver += 1 }
            return (index, max(room, interactiveRoom))
        }
        guard room > 0 else { return nil }
        return (due ?? ready.first).map { ($0, room) }
    }

    /// Whether a job could be asked, or looked at, as soon as it is ready.
    func mayHaveTurn(_ state: JobState, _ load: Load) -> Bool {
        if room(load) > 0 { return true }
        guard !load.isBackedUp else { return false }
        return isToBeLookedAt(state) || isInteractive(state) && interactiveRoom(load) > 0
    }

    private func isInteractive(_ state: JobState) -> Bool {
        state.images.map { $0 <= limits.interactiveImages } ?? false
    }

    /// How many tasks of an interactive job to reserve: all of them, though enough are queued already, but no more than two such jobs
    /// beyond what is finished in time.
    private func interactiveRoom(_ load: Load) -> Int {
        let count = min(limits.batchSize, limits.interactiveImages)
        return !load.isBackedUp && load.outstanding < sustainable(load) + count ? count : 0
    }
}
