extension LocalAntennaServer {
    /// The tasks of all jobs counted, or those of one; leases that have ended are noticed first.
    package func counts(job: Int? = nil) -> LedgerCounts {
        withState { shared in shared.antenna.counts(job: job) }
    }

    /// Every task with its story, of all jobs or of one, in the order they were put in.
    package func records(job: Int? = nil) -> [TaskRecord] {
        withState { shared in
            shared.antenna.jobs.filter { job == nil || $0.id == job }.flatMap(\.ledger.records)
        }
    }

    /// Whether nothing more can happen: every task of every job is saved, stuck or lost.
    package var isSettled: Bool {
        withState { shared in shared.antenna.jobs.allSatisfy(\.ledger.isSettled) }
    }

    /// What the server has been asked for so far.
    package var traffic: LocalAntennaTraffic {
        withState(\.traffic)
    }

    /// The pipelines declared so far: their algorithms by slug, then by key.
    package var registeredPipelines: [String: [String: PipelineRegistry.Algorithm]] {
        withState { shared in shared.antenna.registry.pipelines }
    }

    /// Where the image of a task comes from.
    package func imageSource(_ imageID: Int) -> ImageSource? {
        core.images.source(imageID)
    }

    /// Changes what goes wrong from now on.
    package func setFaults(_ settings: FaultSettings) {
        withState { shared in shared.faults.settings = settings }
    }

    /// Stops or resumes the handing out of a job's tasks.
    package func setActive(_ isActive: Bool, job: Int) {
        withState { shared in shared.antenna.setActive(isActive, job: job) }
    }

    private func withState<R>(_ body: (inout AntennaCore.Shared) -> R) -> R {
        let now = core.now()
        return core.withState { shared in
            shared.antenna.expire(now: now)
            return body(&shared)
        }
    }
}
