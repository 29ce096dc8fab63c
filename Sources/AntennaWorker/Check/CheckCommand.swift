import ArgumentParser
import Settings
import Worker

/// Shows what is set, what is there, what is wrong and how to fix it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Shows the settings in force and whether everything a worker needs is there.",
        discussion: """
            Takes the flags of 'run', so that a command line can be tried before it is used; for a part of a fleet say which, with \
            --role: it needs less. Ends with status 1 when something needed is missing, and with 2 when a setting is wrong.
            """
    )

    @Option(help: "Whose needs are looked at.")
    var role = CheckedRole.run

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @Flag(help: .hidden)
    var markdown = false

    @Flag(help: .hidden)
    var metricsMarkdown = false

    @OptionGroup var flags: WorkerFlags
    @OptionGroup(title: "Passing tasks on") var passing: Flags<ReadyQueueSettings>

    func run() async throws {
        if markdown {
            try Output.standard.write(ConfigurationDocument.markdown)
            return
        }
        if metricsMarkdown {
            try Output.standard.write(MetricsDocument.markdown)
            return
        }
        let resolved = ResolvedSettings(flags: FlagValues(of: self))
        let report = await CheckReport.looking(at: resolved, for: role)
        try Output.standard.write(json ? report.jsonText : report.text(on: .output))
        if report.exitStatus != ExitStatus.success { throw ExitCode(report.exitStatus) }
    }
}

extension CheckedRole: ExpressibleByArgument {}
