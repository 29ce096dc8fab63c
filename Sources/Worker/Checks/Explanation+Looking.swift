import Foundation
import Inference
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
    ///   - job: The job to look at; nil for all that have work for this worker's pipelines.
    ///   - takesOne: Whether a task is taken to see whether there is one, and its image fetched.
    /// - Returns: What was seen.
    package static func looking(
        at resolved: ResolvedSettings,
        job: Int?,
        takesOne: Bool
    ) async -> Explanation {
        let settings = resolved.settings
        let folder = settings.models.folder
        let slugs = settings.work.pipelines.isEmpty ? PipelineManifest.slugs(in: folder) : settings.work.pipelines
        var sections = localSections(settings)
        if settings.work.source.usesBroker || settings.broker.url != nil {
            sections.append(CheckReport.Section(title: "RabbitMQ", findings: await queues(settings, pipelines: slugs)))
        }
        if job != nil || settings.work.source.usesAntenna || resolved.namesAntenna {
            let manifests = slugs.compactMap { try? PipelineManifest(directory: "\(folder)/\($0)") }
            sections += await antennaSections(settings, manifests: manifests, job: job, takesOne: takesOne)
        }
        return Explanation(sections: sections)
    }

    /// Problems found so far.
    private static func localSections(_ settings: WorkerSettings) -> [CheckReport.Section] {
        let logger = Logger(label: "explain") { _ in SwiftLogNoOpLogHandler() }
        let environment = ProcessInfo.processInfo.environment
        let folders = FolderCheck.section(spool: settings.spool.directory, maximumBytes: settings.spool.maxBytes)
        let images = ImageHostCheck.finding(images: settings.images, antenna: settings.antenna)
        return [
            ModelCheck.section(
                models: settings.models.folder,
                pipelines: settings.work.pipelines,
                wantsFeatures: settings.results.features
            ),
            DeviceCheck.section(settings, environment: environment, logger: logger),
            CheckReport.Section(title: "This worker", findings: folders.findings + [images]),
        ]
    }

    private static func queues(_ settings: WorkerSettings, pipelines: [String]) async -> [CheckReport.Finding] {
        let logger = Logger(label: "explain") { _ in SwiftLogNoOpLogHandler() }
        let findings = await TimeLimit.result(within: patience) {
            await BrokerCheck.findings(
                broker: settings.broker,
                isNeeded: settings.work.source.usesBroker,
                logger: logger
            ) { connection in
                await QueueCheck(
                    broker: settings.broker,
                    pipelines: pipelines,
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
        manifests: [PipelineManifest],
        job: Int?,
        takesOne: Bool
    ) async -> [CheckReport.Section] {
        let title = "Antenna"
        let reached = await TimeLimit.result(within: patience) { await AntennaCheck(settings).reach() }
        guard let reached else { return [CheckReport.Section(title: title, findings: [JobCheck.late(title)])] }
        let section = CheckReport.Section(title: title, findings: reached.findings)
        guard let client = reached.client else { return [section] }
        let check = JobCheck(settings: settings, manifests: manifests, client: client, takesOne: takesOne)
        guard let job else { return [section] + (await check.sections()) }
        return [section, await check.section(ofJob: job)]
    }
}
