import Foundation
import Logging
package import Settings

extension CheckReport {
    /// Looks at everything a role needs; at nothing but the settings while these have mistakes.
    package static func looking(at resolved: ResolvedSettings, for role: CheckedRole) async -> CheckReport {
        var report = CheckReport(resolved)
        if resolved.mistakes.isEmpty { report.sections = await sections(resolved, role) }
        return report
    }

    private static func sections(_ resolved: ResolvedSettings, _ role: CheckedRole) async -> [CheckReport.Section] {
        let settings = resolved.settings
        let environment = ProcessInfo.processInfo.environment
        // What ONNX Runtime has to say comes back as an error; its log would only stand between the lines.
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        let broker = await BrokerCheck.findings(
            broker: settings.broker,
            isNeeded: role.needsBroker || settings.work.source.usesBroker,
            logger: logger
        )
        var sections = [LibraryCheck.section(of: role, environment: environment, logger: logger)]
        if role.hasModels {
            sections += [
                DeviceCheck.section(settings, environment: environment, logger: logger),
                ModelCheck.section(
                    models: settings.models.folder,
                    pipelines: settings.work.pipelines,
                    wantsFeatures: settings.results.features
                ),
            ]
        } else {
            sections.append(CheckReport.Section(title: "Pipelines", findings: ModelCheck.unnamed(settings)))
        }
        sections.append(NetworkCheck.section(settings, environment: environment))
        if role.knowsAntenna {
            let isSet = resolved.namesAntenna
            sections.append(await AntennaCheck(settings).section(isSet: isSet, isNeeded: role == .relay))
        }
        sections.append(CheckReport.Section(title: "Broker", findings: broker))
        if role.fetchesImages {
            let findings = await RedisCheck.findings(redis: settings.redis, isNeeded: role == .fetch)
            sections.append(CheckReport.Section(title: "Redis", findings: findings))
        }
        if role == .run {
            sections.append(
                FolderCheck.section(spool: settings.spool.directory, maximumBytes: settings.spool.maxBytes)
            )
        }
        let exposed = ExposureCheck.findings(antenna: settings.antenna, broker: settings.broker)
        sections.append(CheckReport.Section(title: "Secrets", findings: exposed))
        return sections.filter { !$0.findings.isEmpty }
    }
}
