import ArgumentParser
import Inference
import Logging
import Settings
import Worker

/// Looks at the pipelines in the models folder.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Look at the pipelines in the models folder, and see whether they would work.",
        subcommands: [List.self, Verify.self]
    )

    /// The options of every subcommand.
    struct Options: ParsableArguments {
        @OptionGroup(title: "Pipelines") var models: Flags<ModelSettings>
        @OptionGroup(title: "Pipelines") var pipelines: Flags<PipelineFlag>
        @OptionGroup(title: "Messages") var log: Flags<LogSettings>
        @OptionGroup(title: "Configuration") var file: ConfigFileOption
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List pipelines: their algorithms, what the models take, how many classes they know.",
            discussion: "Reads the manifests alone, and loads no model."
        )

        @OptionGroup var options: Options

        func run() async throws {
            let settings = try WorkerSettings.load(FlagValues(of: self))
            LoggingSetup.bootstrap(settings.log)
            let folder = settings.models.folder
            let manifests = try InferenceAssembly.readManifests(in: folder, slugs: settings.work.pipelines)
            try Output.standard.print(ModelTable(manifests))
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Load pipelines one after the other and run each once, as a worker would at its start.",
            discussion: """
                Names every mistake of every pipeline: keys of the manifest, missing files, graphs whose inputs or outputs are not \
                what their role asks for, category maps of another length than the model's answer. Ends with status 1 if there is one.

                What Antenna has registered stays: a changed model needs a new key and a new name, a changed detector also a new \
                slug and a new name of its pipeline. A raised version under an old key is an error there; 'register' looks first.
                """
        )

        @OptionGroup var options: Options
        @OptionGroup(title: "Inference") var devices: Flags<DeviceFlags>

        func run() async throws {
            var flags = FlagValues(of: self)
            flags.prefer("warning", for: LogSettings().level)
            let settings = try WorkerSettings.load(flags)
            LoggingSetup.bootstrap(settings.log)
            let verification = try ModelVerification(settings, logger: Logger(label: "models"))
            var wrong = 0
            for slug in verification.slugs {
                let findings = verification.findings(of: slug)
                for line in findings.flatMap({ $0.lines(on: .output) }) { try Output.standard.print(line) }
                if findings.contains(where: { $0.status == .missing }) { wrong += 1 }
            }
            guard wrong == 0 else {
                throw CommandFailure("\(wrong) of \(verification.slugs.count) pipelines would not work.")
            }
        }
    }
}
