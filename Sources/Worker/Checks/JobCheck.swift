import Antenna
import Inference
import Pipeline
import Settings
import Telemetry

/// Why a job does or does not come forward, step by step from the job to this worker, as far as Antenna tells.
struct JobCheck {
    let settings: WorkerSettings
    /// Speaks the API.
    let client: AntennaClient
    /// Whether a task is taken to see whether there is one.
    let takesOne: Bool
    /// The longest that one job may take.
    var patience = Duration.seconds(45)
    /// The longest that all jobs may take.
    var patienceWithAll = Duration.seconds(120)

    private var antenna: AntennaSettings.Values { settings.antenna }
    /// The pipelines that this worker works for; all that Antenna has to know of them is here but on a relay.
    var pipelines: [PipelineExpectation] { settings.expectations }

    /// Looks at one job.
    ///
    /// - Parameters:
    ///   - id: Its number.
    ///   - known: What Antenna said of it already.
    ///   - limit: How long it may take, if that is less than for any.
    /// - Returns: A finding for each step, from the job to this worker.
    func section(
        ofJob id: Int,
        known: AntennaJobDetail? = nil,
        within limit: Duration? = nil
    ) async -> CheckReport.Section {
        let limit = min(limit ?? patience, patience)
        let found = await TimeLimit.result(within: limit) { await findings(ofJob: id, known: known) }
        return CheckReport.Section(title: "Job \(id)", findings: found ?? [Self.late("Looking at it")])
    }

    private func findings(ofJob id: Int, known: AntennaJobDetail?) async -> [CheckReport.Finding] {
        let job: AntennaJobDetail
        do throws(AntennaError) {
            if let known { job = known } else { job = try await client.detail(ofJob: id) }
        } catch {
            let isGone = error.code == .notFound
            return [
                .missing(
                    "Job",
                    isGone ? "Antenna has no job \(id)" : "cannot be looked at: \(error.message)",
                    remedy: isGone ? "See the job's number in Antenna." : "Try again, or ask whoever runs the server."
                )
            ]
        }
        let state = JobState(job)
        var findings = JobJudgement(job, pipelines: pipelines.map(\.slug), project: antenna.project).findings
        guard state != .done, state != .ended else { return findings }
        findings.append(await rights(onJob: id))
        if let pipeline = pipelines.first(where: { $0.slug == job.pipeline }) {
            findings += await registration(of: pipeline, project: job.projectID)
            if state == .working, let listing = await listing(ofJob: id, pipeline.slug) { findings.append(listing) }
            guard !findings.contains(where: { $0.status == .missing }) else { return findings }
            findings += await tasks(ofJob: AntennaJob(id: id, pipeline: pipeline.slug), job)
        }
        return findings
    }

    // MARK: Rights

    private func rights(onJob id: Int) async -> CheckReport.Finding {
        let subject = "Rights"
        guard antenna.dialect != .legacy else {
            return .note(subject, "not tried: the older API cannot be asked without taking tasks")
        }
        guard antenna.token != nil || settings.work.source.usesAntenna else {
            return .note(subject, "not tried: no token is set, and with RabbitMQ it is the relay that needs one")
        }
        do throws(AntennaError) {
            let rights = try await client.rights(onJob: id)
            let isAllowed = rights.mayTakeTasks && rights.mayPostResults
            return AntennaCheck.judge(
                allowed: isAllowed ? [id] : [],
                forbidden: isAllowed ? [] : [id],
                subject: subject
            )
        } catch {
            return error.code == .authentication
                ? AntennaCheck.judge(status: 401, hasToken: antenna.token != nil, subject: subject) : Self.stuck(error)
        }
    }

    /// A call for tasks that comes to nothing.
    private static func stuck(_ error: AntennaError) -> CheckReport.Finding {
        .missing(
            "Queue",
            "Antenna does not answer a call for tasks as it should (\(error.message))",
            remedy:
                "Mostly the queue behind it (NATS) is away or slow: ask whoever runs the server. Workers go on by themselves."
        )
    }

    // MARK: Registration

    private func registration(of pipeline: PipelineExpectation, project: Int?) async -> [CheckReport.Finding] {
        let subject = "Registration"
        guard let project else { return [.note(subject, "not looked at: Antenna does not say whose the job is")] }
        do throws(AntennaError) {
            guard let shown = try await client.pipelines(projectID: project) else {
                return [.note(subject, "project \(project) does not show which pipelines are registered")]
            }
            let problem = pipeline.problem(among: shown).map { "\($0), with project \(project)" }
            let judged = AntennaCheck.judge([problem].compactMap(\.self), subject: subject)
            let manifest = settings.manifests.first { $0.slug == pipeline.slug }
            guard problem == nil, let manifest else { return [judged] }
            let review = RegistrationReview(pipelines: shown, algorithms: [])
            return [judged] + review.objections(to: [manifest.registration]).prefix(3).map { .note(subject, $0) }
        } catch {
            return [.note(subject, "could not be looked at: \(error.message)")]
        }
    }

    // MARK: Tasks

    /// A job that works and is not listed is found by no worker.
    private func listing(ofJob id: Int, _ slug: String) async -> CheckReport.Finding? {
        do throws(AntennaError) {
            let listed = try await client.jobs(pipelines: [slug], projectID: antenna.project, limit: 100)
            // Of a long list some may be missing by chance: every call shuffles it.
            guard !listed.contains(where: { $0.id == id }), listed.count < 100 else { return nil }
            return .missing(
                "Listing",
                "Antenna does not list the job as one with work to do, so no worker finds it",
                remedy:
                    "That is so once all is done, and once more than half of its images have failed: see why in Antenna, and "
                    + "start it again."
            )
        } catch {
            return .note("Listing", "could not be looked at: \(error.message)")
        }
    }

    private func tasks(ofJob job: AntennaJob, _ detail: AntennaJobDetail) async -> [CheckReport.Finding] {
        let subject = "Tasks"
        let lease = "\(antenna.lease.components.seconds) s (--lease)"
        if detail.remaining == 0 { return [.good(subject, "every image is done; Antenna closes the job by itself")] }
        guard takesOne else {
            return [
                .note(
                    subject,
                    "whether they wait or other workers have them, Antenna does not say",
                    remedy:
                        "A task that a worker lost comes again after its lease, \(lease). Nothing for longer: --take-one tries."
                )
            ]
        }
        do throws(AntennaError) {
            guard let task = try await client.reserve(job: job, count: 1).tasks.first else {
                return [
                    .missing(
                        subject,
                        "Antenna hands out none: other workers have them all, or they are lost",
                        remedy: "Wait for their lease, \(lease). If nothing moves then, start the job again."
                    )
                ]
            }
            return [
                .good(subject, "Antenna hands them out; the one that was taken to see comes again after its lease"),
                await ImageCheck(settings).finding(of: task.imageURL),
            ]
        } catch {
            return [Self.stuck(error)]
        }
    }
}
