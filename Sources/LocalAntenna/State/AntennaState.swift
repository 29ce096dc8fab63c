/// The whole of the local Antenna without network, clock or lock: jobs, their tasks, and the pipelines declared.
package struct AntennaState: Sendable {
    /// How a job's tasks reach a worker.
    package enum DispatchMode: String, Sendable {
        case asyncAPI = "async_api"
        case syncAPI = "sync_api"
        case inProcess = "internal"
    }

    /// One job.
    package struct Job: Sendable {
        /// Its number.
        package let id: Int
        /// Its name, for people.
        package let name: String
        /// The slug of the pipeline to run, nil for a job that has none.
        package let pipelineSlug: String?
        /// How its tasks reach a worker.
        package let dispatchMode: DispatchMode
        /// Whether it hands out tasks at present.
        package var isActive: Bool
        /// Its tasks.
        package internal(set) var ledger: TaskLedger
        /// Results whose subject is none of the job's tasks.
        package internal(set) var unknownSubjects = 0

        /// The status word of the API.
        package var status: String {
            guard ledger.isSettled else { return isActive ? "STARTED" : "CREATED" }
            return ledger.records.allSatisfy { $0.phase == .saved } ? "SUCCESS" : "FAILURE"
        }
    }

    /// The acknowledgement of one result.
    package struct Receipt: Sendable {
        /// The subject the result came with.
        package let replySubject: String
        /// The result and its task when it was the one saved.
        package let saved: (task: TaskRecord, result: SubmittedResult)?
    }

    /// The jobs in the order they were put in.
    package private(set) var jobs: [Job]
    /// The pipelines declared so far.
    package private(set) var registry = PipelineRegistry()

    package init(jobs: [Job]) {
        self.jobs = jobs
    }

    /// Hands out up to `count` tasks of a job: none when it is not active or has none.
    ///
    /// - Throws: `APIRejection`: 404 for an unknown job, 400 for a job whose tasks are not handed out this way.
    package mutating func reserve(job id: Int, count: Int, now: Duration) throws(APIRejection) -> [TaskRecord] {
        let index = try dispatchableJob(id)
        guard count > 0 else { throw .badRequest("batch_size: must be greater than or equal to 1") }
        guard jobs[index].isActive else { return [] }
        return jobs[index].ledger.reserve(count, now: now)
    }

    /// Takes in the results of one POST.
    ///
    /// - Throws: `APIRejection` as `reserve`.
    package mutating func submit(
        job id: Int,
        results: [SubmittedResult],
        now: Duration
    ) throws(APIRejection) -> [Receipt] {
        let index = try dispatchableJob(id)
        let slug = jobs[index].pipelineSlug ?? ""
        let registry = registry
        return results.map { result in
            guard jobs[index].ledger.record(replySubject: result.replySubject) != nil else {
                jobs[index].unknownSubjects += 1
                return Receipt(replySubject: result.replySubject, saved: nil)
            }
            let task = jobs[index].ledger.settle(result, now: now) { task in
                result.refusal(imageID: task.imageID, jobPipeline: slug, registry: registry)
            }
            return Receipt(replySubject: result.replySubject, saved: task.map { ($0, result) })
        }
    }

    /// Declares pipelines.
    ///
    /// - Throws: `APIRejection` with status 400 for a malformed declaration.
    package mutating func register(_ body: JSONValue) throws(APIRejection) -> (created: [String], updated: [String]) {
        try registry.register(body)
    }

    /// Stops or resumes the handing out of a job's tasks.
    package mutating func setActive(_ isActive: Bool, job id: Int) {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
        jobs[index].isActive = isActive
    }

    /// Notices ended leases in every job.
    package mutating func expire(now: Duration) {
        for index in jobs.indices { jobs[index].ledger.expire(now: now) }
    }

    /// The tasks of all jobs counted, or those of one.
    package func counts(job id: Int? = nil) -> LedgerCounts {
        LedgerCounts(jobs.lazy.filter { id == nil || $0.id == id }.flatMap(\.ledger.records))
    }

    private func dispatchableJob(_ id: Int) throws(APIRejection) -> Int {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { throw .unknownJob }
        guard jobs[index].dispatchMode == .asyncAPI else {
            throw .badRequest("Only async_api jobs have tasks to fetch")
        }
        guard jobs[index].pipelineSlug != nil else { throw .badRequest("Job does not have a pipeline") }
        return index
    }
}
