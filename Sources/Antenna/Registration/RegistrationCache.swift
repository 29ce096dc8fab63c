/// The known registrations of our pipelines, project by project, and the jobs that were looked at for that.
///
/// Pure: the time comes from outside.
struct RegistrationCache {
    /// The registration of our pipelines with one project.
    private struct Entry {
        let problems: [String: String]
        let checkedAt: Duration
    }

    /// The facts of a job that do not change.
    struct JobFacts: Equatable {
        /// The project it belongs to; nil when the server does not say.
        let project: Int?
        /// How many images it has; nil when the server does not say.
        let images: Int?
    }

    /// Somebody may change what was well.
    static let goodFor = Duration.seconds(600)
    /// Somebody may be fixing it right now.
    static let badFor = Duration.seconds(30)
    /// More jobs and projects than a worker sees; the oldest knowledge goes first, and is asked for again.
    static let mostJobs = 10_000

    private var projects: [Int: Entry] = [:]
    private var jobs: [Int: JobFacts] = [:]

    /// The facts of a job; nil when they have to be looked up.
    func facts(ofJob id: Int) -> JobFacts? { jobs[id] }

    mutating func learn(job: Int, _ facts: JobFacts) {
        if jobs.count >= Self.mostJobs { jobs = [:] }
        jobs[job] = facts
    }

    /// Why results of a pipeline would be dropped in a project, by slug; nil when that has to be looked up.
    func problems(inProject id: Int, now: Duration) -> [String: String]? {
        guard let entry = projects[id] else { return nil }
        let isFresh = now - entry.checkedAt < (entry.problems.isEmpty ? Self.goodFor : Self.badFor)
        return isFresh ? entry.problems : nil
    }

    /// The last known registration with a project, however old.
    func lastProblems(inProject id: Int) -> [String: String] { projects[id]?.problems ?? [:] }

    /// Takes in what a project's pipelines are.
    ///
    /// - Parameters:
    ///   - registered: The pipelines; nil when the server does not show them, which is taken to be well.
    ///   - expectations: Ours.
    ///   - project: The project.
    ///   - now: The current time.
    mutating func learn(
        _ registered: [AntennaPipeline]?,
        for expectations: [PipelineExpectation],
        inProject project: Int,
        now: Duration
    ) {
        var problems: [String: String] = [:]
        for expectation in expectations {
            problems[expectation.slug] = registered.flatMap { expectation.problem(among: $0) }
        }
        projects[project] = Entry(problems: problems, checkedAt: now)
    }
}
