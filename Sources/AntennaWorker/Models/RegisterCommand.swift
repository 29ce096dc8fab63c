import ArgumentParser
import Settings
import Transport
import Worker

/// Tells Antenna which pipelines this service has.
struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register the pipelines in the models folder with Antenna projects.",
        discussion: """
            Antenna drops results of algorithms it does not know after it has accepted them, so register before the first run and \
            after every change of a pipeline; 'run --register' does so at its start. Without --project, all projects the token can \
            see are registered with, but for those that are forbidden.

            A changed algorithm needs a new key and a new name, and a changed detector a new slug and a new name of the pipeline, \
            too: Antenna keeps the first version of each key. What it would turn down, or take for something else, is refused here.
            """
    )

    @OptionGroup(title: "What to register") var work: Flags<PipelineFlag>
    @OptionGroup(title: "Antenna") var antenna: Flags<AntennaSettings>
    @OptionGroup(title: "HTTPS") var tls: Flags<TLSSettings>
    @OptionGroup(title: "Models") var models: Flags<ModelSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(of: self))
        LoggingSetup.bootstrap(settings.log)
        let manifests = try InferenceAssembly.readManifests(in: settings.models.folder, slugs: settings.work.pipelines)
        let network = try Network(settings)
        try await Registrar.register(
            settings,
            manifests: manifests,
            role: "register",
            http: network.antenna(try network.makeClient()),
            say: { try Output.standard.print($0.visible) }
        )
    }
}
