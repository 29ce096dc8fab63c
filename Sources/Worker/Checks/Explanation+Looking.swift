import Foundation
import Logging
package import Settings

extension Explanation {
    /// The longest that Antenna or RabbitMQ may take before it comes to jobs.
    private static let patience = Duration.seconds(30)

    /// Looks at this worker, the services and the jobs; takes no task but where it is told to.
    ///
    /// Every part has a limit of time, so that it ends whatever others answer.
    ///
    /// - Parameters:
    ///   - resolved: The settings, which are right.
    ///   - role: Whose settings they are.
    ///   - job: The job to look at; nil for all that have work for this worker's pipelines.
    ///   - takesOne: Whether a task is taken to see whether there is one, and its image fetched.
    /// - Returns: What was seen.
    package static func looking(
        at resolved: ResolvedSettings,
        for role: CheckedRole,
        job: Int?,
        takesOne: Bool
    ) async -> Explanation {
        let settings = resolved.settings
        let usesBroker = role.needsBroker || settings.work.source.usesBroker
        var sections = localSections(settings, role)
        if usesBroker || settings.broker.url != nil {
            let findings = await queues(settings, isNeeded: usesBroker)
            sections.append(CheckReport.Section(title: "RabbitMQ", findings: findings))
        }
        if job != nil || role.knowsAntenna && (settings.work.source.usesAntenna || resolved.namesAntenna) {
            sections += await antennaSections(settings, job: job, takesOne: takesOne)
        }
        return Explanation(sections: sections.filter { !$0.findings.isEmpty })
    }

    /// Problems found so far.
    private static func localSections(_ settings: WorkerSettings, _ role: CheckedRole) -> [CheckReport.Section] {
        let logger = Logger(label: "explain") { _ in SwiftLogNoOpLogHandler() }
        let environment = ProcessInfo.processInfo.environment
        var findings: [CheckReport.Finding] = []
        if role == .run {
            findings +=
                FolderCheck.section(spool: settings.spool.directory, maximumBytes: settings.spool.maxBytes).findings
        }
        if role.fetchesImages {
            findings.append(ImageHostCheck.finding(images: settings.images, antenna: settings.antenna))
        }
        let worker = CheckReport.Section(title: "This worker", findings: findings)
        guard role.hasModels else { return [worker] }
        return [
            ModelCheck.section(
                models: settings.models.folder,
                pipelines: settings.work.pipelines,
                wantsFeatures: settings.results.features
            ),
            DeviceCheck.section(settings, environment: environment, logger: logger),
            worker,
        ]
    }

    private static func queues(_ settings: WorkerSettings, isNeeded: Bool) async -> [CheckReport.Finding] {
        let logger = Logger(label: "explain") { _ in SwiftLogNoOpLogHandler() }
        let findings = await TimeLimit.result(within: patience) {
            await BrokerCheck.findings(
                broker: settings.broker,
                isNeeded: isNeeded,
                logger: logger
            ) { connection in
                await QueueCheck(
                    broker: settings.broker,
                    pipelines: settings.slugs,
                    connection: connection,
                    logger: logger
                ).findings()
            }
        }
        let late = CheckReport.Finding.missing("RabbitMQ", "took too long to answer", remedy: "See the broker's log.")
        return findings ?? [late]
    }

    private static func antennaSections(
        _ settings: WorkerSettings,
        job: Int?,
        takesOne: Bool
    ) async -> [CheckReport.Section] {
        let title = "Antenna"
        let reached = await TimeLimit.result(within: patience) { await AntennaCheck(settings).reach() }
        guard let reached else { return [CheckReport.Section(title: title, findings: [JobCheck.late(title)])] }
        let section = CheckReport.Section(title: title, findings: reached.findings)
        guard let client = reached.client else { return [section] }
        let check = JobCheck(settings: settings, client: client, takesOne: takesOne)
        guard let job else { return [section] + (await check.sections()) }
        return [section, await check.section(ofJob: job)]
    }
}
