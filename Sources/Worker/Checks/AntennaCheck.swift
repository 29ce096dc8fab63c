import Antenna
import Settings
import Telemetry
import Transport

/// Whether Antenna answers, takes the token, lets us work, and would keep the results.
struct AntennaCheck {
    /// More jobs and projects are not looked at: one that is wrong is enough to say so.
    private static let mostJobs = 5
    private static let untrusted =
        "Name its authority with --tls-ca; see the certificate's names and dates, and the clock of this machine."
    private static let unreachable = "See that the server runs and that --base-url is right."
    static let notTheAPI = "See that --base-url leads to Antenna's API, not to another site or a login page."

    private let settings: WorkerSettings
    private let expectations: [PipelineExpectation]
    private var antenna: AntennaSettings.Values { settings.antenna }
    private var subject: String { "Antenna at \(antenna.baseURL)" }
    /// Whether a worker with these settings takes tasks over REST.
    private var needsToken: Bool { settings.work.source.usesAntenna }

    /// - Parameter settings: Where Antenna is, the token, the way there, and our pipelines.
    init(_ settings: WorkerSettings) {
        self.settings = settings
        expectations = settings.expectations
    }

    /// Asks Antenna.
    ///
    /// - Parameters:
    ///   - isSet: Whether somebody set the address; one that is only the default need not be there.
    ///   - isNeeded: Whether the role does not start without.
    /// - Returns: A finding for each thing that was looked at.
    func section(isSet: Bool, isNeeded: Bool = false) async -> CheckReport.Section {
        guard isSet else {
            let remedy = "Set one with --base-url or \(AntennaSettings().baseURL.variables[0])."
            let finding =
                isNeeded
                ? CheckReport.Finding.missing("Antenna", "no address is set", remedy: remedy)
                : .note("Antenna", "not tried, because no address is set", remedy: remedy)
            return CheckReport.Section(title: "Services", findings: [finding])
        }
        return CheckReport.Section(title: "Services", findings: await findings())
    }

    private func findings() async -> [CheckReport.Finding] {
        let reached = await reach()
        guard let client = reached.client, !reached.isAnonymous else { return reached.findings }
        do {
            return reached.findings + (try await workFindings(client))
        } catch {
            return [finding(of: error)]
        }
    }

    /// How far asking Antenna gets.
    struct Reached {
        /// Speaks the API; nil when it cannot be asked, or hands out nothing to this worker.
        var client: AntennaClient?
        /// Whether it is asked without a token, and asks for none.
        var isAnonymous = false
        let findings: [CheckReport.Finding]
    }

    /// Finds out whether Antenna answers, takes the token and shows the project.
    func reach() async -> Reached {
        let client: AntennaClient
        do {
            if let better = try await AntennaPreflight.betterAddress(settings, role: "check") {
                let remedy = "It is at \(better.base): set that with --base-url."
                return Reached(findings: [.missing(subject, "leads to no API of Antenna", remedy: remedy)])
            }
            client = try makeClient()
        } catch {
            return Reached(findings: [.missing(subject, "\(error)", remedy: Self.unreachable)])
        }
        do {
            if let project = antenna.project {
                _ = try await AntennaPreflight.project(project, client)
            } else {
                _ = try await client.projects()
            }
            // An address of this machine may be an Antenna that asks for no token; another one hands out nothing without.
            var isAnonymous = antenna.token == nil
            if isAnonymous, antenna.isOnThisMachine { isAnonymous = try await client.knowsUser() == false }
            guard !isAnonymous || !needsToken else {
                return Reached(
                    findings: [
                        .missing(
                            subject,
                            "answers, and hands out tasks only to a user with a token; none is set",
                            remedy: "Set one with --token-file or \(AntennaSettings().token.variables[0])."
                        )
                    ]
                )
            }
            let answer = Self.judge(status: 200, hasToken: antenna.token != nil, subject: subject)
            return Reached(client: client, isAnonymous: isAnonymous, findings: [answer])
        } catch let error as AntennaError {
            return Reached(findings: [finding(of: error)])
        } catch {
            return Reached(
                findings: [
                    .missing(
                        subject,
                        "shows no project \(antenna.project ?? 0) to this token (404)",
                        remedy: "Set --project to one it shows."
                    )
                ]
            )
        }
    }

    private func finding(of error: AntennaError) -> CheckReport.Finding {
        guard let status = error.status else {
            let isTLS = (error.underlying as? TransportError)?.code == .tls
            return .missing(subject, error.message, remedy: isTLS ? Self.untrusted : Self.unreachable)
        }
        guard error.code != .foreignAnswer else {
            return .missing(subject, "does not answer: \(error.message)", remedy: Self.notTheAPI)
        }
        let code = error.code == .malformedAnswer ? 0 : status
        return Self.judge(status: code, hasToken: antenna.token != nil, subject: subject)
    }

    private func makeClient() throws -> AntennaClient {
        let network = try Network(settings)
        var rest = RESTSourceSettings(settings, role: "check", pipelines: expectations.map(\.slug))
        rest.requestTimeout = .seconds(10)
        return try rest.makeClient(http: network.antenna(try network.makeClient()))
    }

    /// Rights and registration, judged by the jobs that are there.
    ///
    /// - Throws: ``AntennaError`` when the token is refused after all.
    private func workFindings(_ client: AntennaClient) async throws(AntennaError) -> [CheckReport.Finding] {
        let rights = "Rights"
        let slugs = expectations.map(\.slug)
        do throws(AntennaError) {
            let listed =
                slugs.isEmpty
                ? [] : try await client.jobs(pipelines: slugs, projectID: antenna.project, limit: 100)
            // Where the server says that we may not, it may be wrong; those that it says are ours are tried first.
            let jobs = listed.filter { $0.seemsPermitted != false } + listed.filter { $0.seemsPermitted == false }
            var findings = [try await rightsFinding(client, jobs: Array(jobs.prefix(Self.mostJobs)), subject: rights)]
            var projects = antenna.project.map { [$0] } ?? []
            for job in jobs.prefix(Self.mostJobs) where antenna.project == nil {
                guard let project = try await client.detail(ofJob: job.id).projectID else { continue }
                if !projects.contains(project) { projects.append(project) }
            }
            for project in projects { findings.append(try await registrationFinding(client, project: project)) }
            return findings
        } catch {
            guard error.code != .authentication else { throw error }
            return [.note(rights, "could not be looked at: \(error.message)")]
        }
    }

    private func rightsFinding(
        _ client: AntennaClient,
        jobs: [AntennaJob],
        subject: String
    ) async throws(AntennaError) -> CheckReport.Finding {
        guard !jobs.isEmpty else {
            return .note(subject, "not tried, as there is no job for these pipelines now", remedy: AntennaRights.work)
        }
        guard antenna.dialect != .legacy else {
            return .note(subject, "not tried: the older API cannot be asked without taking tasks")
        }
        var (allowed, forbidden): ([Int], [Int]) = ([], [])
        for job in jobs {
            let rights = try await client.rights(onJob: job.id)
            if rights.mayTakeTasks, rights.mayPostResults { allowed.append(job.id) } else { forbidden.append(job.id) }
        }
        return Self.judge(allowed: allowed, forbidden: forbidden, subject: subject)
    }

    private func registrationFinding(
        _ client: AntennaClient,
        project: Int
    ) async throws(AntennaError) -> CheckReport.Finding {
        let subject = "Project \(project)"
        guard let shown = try await client.pipelines(projectID: project) else {
            return .note(subject, "does not show which pipelines are registered")
        }
        return Self.judge(expectations.compactMap { $0.problem(among: shown) }, subject: subject)
    }
}
