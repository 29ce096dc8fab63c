import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

/// Finds out whether results would be kept, before tasks are taken: a server drops those of pipelines and algorithms that are
/// not registered with the job's project, after it has answered 200.
final class RegistrationChecker: Sendable {
    /// The permitted next step for a job.
    enum Verdict: Equatable {
        /// Its results would be kept, as far as the server tells.
        case good
        /// They would be dropped, for this reason.
        case dropped(String)
        /// It belongs to another project than the one we are to work for.
        case foreign
    }

    private let client: AntennaClient
    private let expectations: [PipelineExpectation]
    private let onlyProject: Int?
    private let monitor: SavedResultMonitor?
    private let clock: WaitClock
    private let logger: Logger
    private let cache = Mutex(RegistrationCache())

    init(
        client: AntennaClient,
        expectations: [PipelineExpectation],
        onlyProject: Int?,
        monitor: SavedResultMonitor?,
        clock: WaitClock,
        logger: Logger
    ) {
        self.client = client
        self.expectations = expectations
        self.onlyProject = onlyProject
        self.monitor = monitor
        self.clock = clock
        self.logger = logger
    }

    /// Looks at the project that the settings name, at the start.
    ///
    /// - Returns: Why some of our pipelines could not be used there.
    /// - Throws: ``AntennaError`` with `configuration` when there is no such project: a server ignores an unknown one, and the
    ///   worker would take the tasks of all.
    func checkProject(_ id: Int) async throws(AntennaError) -> [String] {
        do throws(AntennaError) {
            _ = try await client.project(id)
        } catch {
            // Looked at once and not again: what somebody on the way says in the server's place does not do.
            guard error.meansHidden, error.code != .foreignAnswer else { throw error }
            guard error.code != .notFound else {
                throw AntennaError(
                    .configuration,
                    operation: error.operation,
                    message: "Antenna has no project \(id) that this token can see",
                    nativeCode: error.nativeCode
                )
            }
        }
        guard !expectations.isEmpty else { return [] }
        return try await problems(inProject: id).values.sorted()
    }

    /// Whether tasks of a job are to be taken.
    ///
    /// - Throws: ``AntennaError`` when that could not be found out now; never because a server does not show what it has.
    func verdict(on job: AntennaJob) async throws(AntennaError) -> Verdict {
        guard !expectations.isEmpty, let project = try await facts(of: job).project else { return .good }
        if let onlyProject, project != onlyProject { return .foreign }
        guard let problem = try await problems(inProject: project)[job.pipeline] else { return .good }
        return .dropped("\(problem), with project \(project)")
    }

    /// How many images a job has; nil where the server does not say.
    ///
    /// - Throws: As ``verdict(on:)``.
    func images(of job: AntennaJob) async throws(AntennaError) -> Int? { try await facts(of: job).images }

    private func facts(of job: AntennaJob) async throws(AntennaError) -> RegistrationCache.JobFacts {
        if let known = cache.withLock({ $0.facts(ofJob: job.id) }) { return known }
        var detail: AntennaJobDetail?
        do throws(AntennaError) {
            detail = try await client.detail(ofJob: job.id)
        } catch {
            guard error.meansHidden else { throw error }
            // What somebody on the way says in the server's place is not remembered of the job.
            guard error.code != .foreignAnswer else { return RegistrationCache.JobFacts(project: nil, images: nil) }
        }
        let facts = RegistrationCache.JobFacts(project: detail?.projectID, images: detail?.images)
        cache.withLock { $0.learn(job: job.id, facts) }
        if let detail { monitor?.began(job.id, detail) }
        return facts
    }

    private func problems(inProject id: Int) async throws(AntennaError) -> [String: String] {
        let now = clock.now
        if let known = cache.withLock({ $0.problems(inProject: id, now: now) }) { return known }
        let registered = try await client.pipelines(projectID: id)
        if registered == nil {
            logger.notice(
                "Antenna does not show which pipelines are registered; results are posted unchecked",
                metadata: [LogKey.projectID: "\(id)"]
            )
        }
        return cache.withLock { cache in
            cache.learn(registered, for: expectations, inProject: id, now: now)
            return cache.lastProblems(inProject: id)
        }
    }
}
