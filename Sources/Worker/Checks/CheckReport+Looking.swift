import Foundation
import Logging
package import Settings

extension CheckReport {
    /// Looks at everything a worker needs; at nothing but the settings while these have mistakes.
    package static func looking(at resolved: ResolvedSettings) async -> CheckReport {
        var report = CheckReport(resolved)
        if resolved.mistakes.isEmpty { report.sections = await sections(resolved) }
        return report
    }

    private static func sections(_ resolved: ResolvedSettings) async -> [CheckReport.Section] {
        let settings = resolved.settings
        let environment = ProcessInfo.processInfo.environment
        // What ONNX Runtime has to say comes back as an error; its log would only stand between the lines.
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        let broker = await BrokerCheck.findings(
            broker: settings.broker,
            isNeeded: settings.work.source.usesBroker,
            logger: logger
        )
        let sections = [
            LibraryCheck.section(environment: environment, logger: logger),
            DeviceCheck.section(settings, environment: environment, logger: logger),
            ModelCheck.section(
                models: settings.models.folder,
                pipelines: settings.work.pipelines,
                wantsFeatures: settings.results.features
            ),
            NetworkCheck.section(settings, environment: environment),
            await AntennaCheck(settings).section(isSet: resolved.namesAntenna),
            CheckReport.Section(title: "Broker", findings: broker),
            CheckReport.Section(title: "Redis", findings: await RedisCheck.findings(redis: settings.redis)),
            FolderCheck.section(spool: settings.spool.directory, maximumBytes: settings.spool.maxBytes),
            CheckReport.Section(
                title: "Secrets",
                findings: ExposureCheck.findings(antenna: settings.antenna, broker: settings.broker)
            ),
        ]
        return sections.filter { !$0.findings.isEmpty }
    }
}
