import Antenna

/// Judges from a job's own data why it makes no progress: pipeline, project, dispatch, state, progress, results.
///
/// Pure: Antenna was asked before.
struct JobJudgement {
    private let job: AntennaJobDetail
    private let pipelines: [String]
    private let project: Int?

    /// - Parameters:
    ///   - job: What Antenna says of the job.
    ///   - pipelines: Those that this worker has.
    ///   - project: The only one that it works for; nil when it works for all.
    init(_ job: AntennaJobDetail, pipelines: [String], project: Int?) {
        self.job = job
        self.pipelines = pipelines
        self.project = project
    }

    /// One finding a step, in the order of the way from the job to the worker.
    var findings: [CheckReport.Finding] {
        // What is done needs no worker any more.
        let steps =
            JobState(job) == .done
            ? [name, state, progress] : [name, ownPipeline, ownProject, dispatch, state, progress, results]
        return steps.compactMap(\.self)
    }

    private var name: CheckReport.Finding? { job.name.map { .good("Name", $0) } }

    private var ownPipeline: CheckReport.Finding {
        let subject = "Pipeline"
        guard let slug = job.pipeline else {
            return .missing(subject, "the job has none", remedy: "Choose one for the job in Antenna.")
        }
        guard !pipelines.contains(slug) else { return .good(subject, "\(slug), which this worker has") }
        let ours = pipelines.isEmpty ? "none" : pipelines.joined(separator: ", ")
        return .missing(
            subject,
            "\(slug), which this worker does not have (it has \(ours))",
            remedy:
                "Put the pipeline into the models folder and name it with --pipeline, or choose another one for the job."
        )
    }

    private var ownProject: CheckReport.Finding? {
        guard let theirs = job.projectID, let project else { return nil }
        guard theirs != project else { return .good("Project", "\(project)") }
        return .missing(
            "Project",
            "the job belongs to project \(theirs), and this worker works for project \(project) alone",
            remedy: "Set --project \(theirs), or leave it out."
        )
    }

    private var dispatch: CheckReport.Finding? {
        guard let mode = job.dispatchMode else { return nil }
        guard mode != AntennaJobDetail.dispatchForWorkers else { return .good("Dispatch", "over the async API") }
        return .missing(
            "Dispatch",
            "\(mode): Antenna does not hand its tasks to workers like this one",
            remedy:
                "Have Antenna make the job with the dispatch mode \(AntennaJobDetail.dispatchForWorkers): it is a setting of the "
                + "project or the server, and a job keeps the one it was made with."
        )
    }

    private var state: CheckReport.Finding {
        let subject = "State"
        let word = job.status ?? "no word"
        switch JobState(job) {
        case .working: return .good(subject, word)
        case .done: return .good(subject, "\(word): there is nothing left to do")
        case .waiting:
            return .missing(
                subject,
                "\(word): the job is not at work yet, so it hands out nothing",
                remedy:
                    "Start it in Antenna; one that stays so after that waits for Antenna's own background workers (Celery)."
            )
        case .ended:
            let reason = job.latestError.map { "; its log says: \($0)" } ?? ""
            return .missing(
                subject,
                "\(word): it hands out nothing any more\(reason)",
                remedy: "Start it again in Antenna."
            )
        case .unknown: return .note(subject, "\(word), which this worker does not know")
        }
    }

    private var progress: CheckReport.Finding? {
        guard let images = job.images, let remaining = job.remaining else { return nil }
        let done = "\(images - min(remaining, images)) of \(images) images are done"
        guard let failed = job.failed, failed > 0 else { return .good("Progress", done) }
        let reason = job.latestError.map { "; the job's log says: \($0)" } ?? ""
        return .note(
            "Progress",
            "\(done), \(failed) of them with an error\(reason)",
            remedy: "See in Antenna why they failed."
        )
    }

    /// A job of which all is analysed waits for its results, and for ever when Antenna has dropped them.
    private var results: CheckReport.Finding? {
        guard JobState(job) == .working, job.remaining == 0, let images = job.images, let saved = job.saved,
            saved < images
        else { return nil }
        let reason = job.latestError.map { "; the job's log says: \($0)" } ?? ""
        return .missing(
            "Results",
            "all images are analysed, and the results of only \(max(0, saved)) of \(images) are saved\(reason)",
            remedy:
                "Antenna saves after it has answered; if that does not move within minutes, it dropped them (see the job's log) or "
                + "its background workers (Celery) stand. Put that right, and start the job again."
        )
    }
}
