import ArgumentParser
import Settings
import Worker

/// Says why nothing happens.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what holds up a job, step by step from Antenna to this worker, and what to do.",
        discussion: """
            Takes the flags of 'run', and looks with the same eyes: models, devices, spool, RabbitMQ's queues, Antenna, the token, and \
            for the job its pipeline, project, dispatch mode, state, rights, registration and tasks. In a fleet the relay has the token: \
            with --role relay it is asked there. Without --job all jobs with work \
            for this worker's pipelines are looked at, those with the fewest images left first. Nothing is changed, and no task taken.

            Ends with status 1 when something holds it up, with 0 when nothing does that can be seen.

            Example: antenna-worker explain --job 12 --base-url https://antenna.example/api/v2 --token-file token.txt
            """
    )

    @Option(help: ArgumentHelp("The job to look at, by its number in Antenna.", valueName: "N"))
    var job: Int?

    @Option(help: "Whose settings they are.")
    var role = CheckedRole.run

    @Flag(
        help: """
            Also take one task of a job that seems well, to see whether there is one and whether its image can be had. It comes again after \
            its lease, and of its two deliveries one is spent.
            """
    )
    var takeOne = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @OptionGroup var flags: WorkerFlags

    func validate() throws {
        guard job ?? 1 > 0 else { throw ValidationError("--job is the number of a job, not \(job ?? 0).") }
    }

    func run() async throws {
        let resolved = try ResolvedSettings.load(FlagValues(of: self))
        let explanation = await Explanation.looking(at: resolved, for: role, job: job, takesOne: takeOne)
        try Output.standard.write(json ? explanation.jsonText : explanation.text(on: .output))
        if explanation.exitStatus != ExitStatus.success { throw ExitCode(explanation.exitStatus) }
    }
}
