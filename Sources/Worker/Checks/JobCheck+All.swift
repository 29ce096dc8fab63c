import Antenna
import Settings
import Telemetry

extension JobCheck {
    /// Jobs that are explained, at most; the others would say the same.
    private static let mostJobs = 10
    /// Jobs that are looked at to find the shortest, at most.
    private static let mostDetails = 50

    /// Looks at all jobs of this worker's pipelines that have work left, those with the fewest images left first.
    func sections() async -> [CheckReport.Section] {
        let end = ContinuousClock.now + patienceWithAll
        let found = await TimeLimit.result(within: patienceWithAll / 2) { await find() }
        guard let found else { return [CheckReport.Section(title: "Jobs", findings: [Self.late("The list of jobs")])] }
        var sections = [CheckReport.Section(title: "Jobs", findings: found.findings)]
        for job in found.jobs.prefix(Self.mostJobs) {
            let left = max(.zero, ContinuousClock.now.duration(to: end))
            sections.append(await section(ofJob: job.id, known: job.detail, within: left))
        }
        return sections
    }

    /// The sentence for a check that took too long.
    static func late(_ subject: String) -> CheckReport.Finding {
        .missing(
            subject,
            "took too long and was given up",
            remedy: "Antenna is overloaded or stuck: ask whoever runs the server."
        )
    }

    private struct Found: Sendable {
        var jobs: [(id: Int, detail: AntennaJobDetail?)] = []
        let findings: [CheckReport.Finding]
    }

    private func find() async -> Found {
        let slugs = pipelines.map(\.slug)
        let ours = slugs.joined(separator: ", ")
        guard !slugs.isEmpty else {
            let remedy = "Name each with --pipeline."
            return Found(findings: [.missing("Jobs", "not looked for, as this worker has no pipeline", remedy: remedy)])
        }
        do throws(AntennaError) {
            let open = try await client.jobs(pipelines: slugs, projectID: settings.antenna.project, limit: 100)
            let all = try await client.jobs(
                pipelines: slugs,
                projectID: settings.antenna.project,
                isForWorkers: false,
                limit: 100
            )
            return Found(jobs: await shortestFirst(open), findings: findings(open: open, all: all, of: ours))
        } catch {
            let remedy = "Try again, or ask whoever runs the server."
            return Found(findings: [.missing("Jobs", "cannot be listed: \(error.message)", remedy: remedy)])
        }
    }

    private func findings(open: [AntennaJob], all: [AntennaJob], of pipelines: String) -> [CheckReport.Finding] {
        var findings: [CheckReport.Finding] = []
        if open.isEmpty {
            findings.append(
                .missing(
                    "Jobs",
                    "Antenna lists none with work to do for \(pipelines)",
                    remedy: "Make and start one in Antenna for one of these pipelines. One that you miss here: --job N."
                )
            )
        } else {
            findings.append(.good("Jobs", "\(open.count) have work to do for \(pipelines)"))
        }
        let named = Set(open.map(\.id))
        let others = all.map(\.id).filter { !named.contains($0) }.sorted()
        if !others.isEmpty {
            let numbers = others.prefix(20).map(String.init).joined(separator: ", ") + (others.count > 20 ? " …" : "")
            findings.append(
                .note(
                    "Other jobs of these pipelines",
                    "\(numbers): not handed to workers over the async API",
                    remedy: "--job N says more of one."
                )
            )
        }
        if open.count > Self.mostJobs {
            findings.append(.note("Jobs", "\(Self.mostJobs) of them are looked at; --job N looks at another"))
        }
        return findings
    }

    private func shortestFirst(_ open: [AntennaJob]) async -> [(id: Int, detail: AntennaJobDetail?)] {
        var jobs: [(id: Int, detail: AntennaJobDetail?)] = []
        for job in open.prefix(Self.mostDetails) {
            // What keeps it from being looked at now is told when its turn comes.
            jobs.append((job.id, try? await client.detail(ofJob: job.id)))
        }
        return jobs.sorted { ($0.detail?.remaining ?? .max, $0.id) < ($1.detail?.remaining ?? .max, $1.id) }
    }
}
