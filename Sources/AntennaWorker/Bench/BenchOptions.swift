import ArgumentParser
import Lab
import Settings

/// How often something is measured, and where the figures go.
struct BenchOptions: ParsableArguments {
    @Option(help: "Runs that count.") var runs = 5
    @Option(help: "Runs before them that do not.") var warmUp = 1
    @Option(help: ArgumentHelp("Also write the figures to this file, as JSON.", valueName: "path")) var json: String?

    func validate() throws {
        guard runs > 0, warmUp >= 0 else { throw ValidationError("--runs is more than 0, and --warm-up not less.") }
    }

    /// The measurement's.
    var plan: BenchPlan { BenchPlan(runs: runs, warmUp: warmUp, file: json) }
}

extension GroupValues<LogSettings> {
    /// Code under measurement logs warnings alone: other messages would come between the figures.
    static var warnings: Self {
        var settings = Self()
        settings.level = .warning
        return settings
    }
}
