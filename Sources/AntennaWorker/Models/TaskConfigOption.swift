import ArgumentParser
import Worker

/// The option for the settings of the analysis of every image.
struct TaskConfigOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What is asked of the analysis: a JSON object with keys of docs/tasks.md, or a file with one.",
            valueName: "json|file"
        )
    )
    private var taskConfig: String?

    /// Reads it; nil when nothing is asked.
    ///
    /// - Throws: `CommandFailure` that says what is wrong with it.
    func read() throws -> TaskConfigurationText? { try taskConfig.map { try TaskConfigurationText($0) } }

    /// Whether anything is asked.
    var isGiven: Bool { taskConfig != nil }
}
