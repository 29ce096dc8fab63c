import DequeModule
package import JSON

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
        /// The project it belongs to.
        package var projectID = 1
        /// Whether nobody may take its tasks or post its results.
        package var isForbidden = false
        /// The `config` that its tasks come with.
        package var config: JSONValue?
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
    /// Whether a job's pipeline is trusted although it was never declared.
    private let trustsJobPipelines: Bool
    /// Results that are answered and not saved yet, the first to be saved first.
    private var unsaved: Deque<(due: Duration, job: Int, result: SubmittedResult)> = []
    /// Results saved since the last look.
    private var saved: [(task: TaskRecord, result: SubmittedResult)] = []

    package init(jobs: [Job], trustsJobPipelines: Bool = true) {
        self.jobs = jobs
        self.trustsJobPipelines = trustsJobPipelines
    }

    /// Hands out up to `count` tasks of a job: none when it is not active or has none.
    ///
    /// - Throws: `APIRejection`: 404 for an unknown job, 400 for a job whose tasks are not handed out this way.
    package mutating func reserve(job id: Int, count: Int, now: Duration) throws(APIRejection) -> [TaskRecord] {
        let index = try dispatchableJob(id)
        guard count > 0 else { throw .batchOfNone }
        guard jobs[index].isActive else { return [] }
        saveDue(now: now)
        return jobs[index].ledger.reserve(count, now: now)
    }

    /// Takes in the results of one POST.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - results: What was posted.
    ///   - lag: How long it takes until they are saved.
    ///   - now: The time.
    /// - Returns: An acknowledgement for each, in their order.
    /// - Throws: `APIRejection` as `reserve`.
    package mutating func submit(
        job id: Int,
        results: [SubmittedResult],
        lag: Duration = .zero,
        now: Duration
    ) throws(APIRejection) -> [Receipt] {
        let index = try dispatchableJob(id)
        saveDue(now: now)
        return results.map { result in
            guard lag == .zero else {
                let due = now + lag
                let place = unsaved.firstIndex { $0.due > due } ?? unsaved.endIndex
                unsaved.insert((due, index, result), at: place)
                return Receipt(replySubject: result.replySubject, saved: nil)
            }
            let task = save(result, job: index, now: now)
            return Receipt(replySubject: result.replySubject, saved: task.map { ($0, result) })
        }
    }

    /// The results saved since the last look.
    mutating func takeSaved() -> [(task: TaskRecord, result: SubmittedResult)] {
        defer { saved = [] }
        return saved
    }

    private mutating func save(_ result: SubmittedResult, job index: Int, now: Duration) -> TaskRecord? {
        guard jobs[index].ledger.knows(result) else {
            jobs[index].unknownSubjects += 1
            return nil
        }
        let (slug, registry, trusts) = (jobs[index].pipelineSlug ?? "", registry, trustsJobPipelines)
        let task = jobs[index].ledger.settle(result, now: now) { task in
            result.refusal(imageID: task.imageID, jobPipeline: slug, registry: registry, trusts: trusts)
        }
        if let task { saved.append((task, result)) }
        return task
    }

    /// Saves what is to be saved by now; leases that ended before count as ended.
    private mutating func saveDue(now: Duration) {
        while let next = unsaved.first, next.due <= now {
            unsaved.removeFirst()
            _ = save(next.result, job: next.job, now: next.due)
        }
    }

    /// Declares pipelines for a project.
    ///
    /// - Throws: As ``PipelineRegistry/register(_:project:)``.
    package mutating func register(
        _ body: JSONValue,
        project: Int = 1
    ) throws(APIRejection) -> PipelineRegistry.Outcome {
        try registry.register(body, project: project)
    }

    /// The pipelines that a project may use, those of its jobs included where they are trusted; of all projects without one.
    func pipelines(project: Int?) -> [PipelineRegistry.Pipeline] {
        let declared = registry.pipelines(project: project)
        let known = Set(registry.pipelines.keys)
        let trusted = trustsJobPipelines ? jobs.filter { project == nil || $0.projectID == project } : []
        let slugs = Set(trusted.compactMap(\.pipelineSlug)).subtracting(known)
        return declared + slugs.sorted().map { PipelineRegistry.Pipeline(slug: $0, name: $0) }
    }

    /// Stops or resumes the handing out of a job's tasks.
    package mutating func setActive(_ isActive: Bool, job id: Int) {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
        jobs[index].isActive = isActive
    }

    /// Notices ended leases in every job, and results that are saved by now.
    package mutating func expire(now: Duration) {
        saveDue(now: now)
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
