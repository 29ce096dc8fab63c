import ArgumentParser
import Foundation
import Inference
import Logging
import Pipeline
import Transport

/// Tells Antenna which pipelines this service has.
struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register the pipelines in the models folder with Antenna projects.",
        discussion: """
            Antenna silently rejects results of algorithms it does not know, so register before the first run and after every \
            change of a pipeline. Without --project, all projects the token can see are registered with.
            """
    )

    @OptionGroup(title: "What to register") var work: PipelineOptions
    @OptionGroup(title: "Antenna") var antenna: AntennaOptions
    @OptionGroup(title: "HTTPS") var tls: TLSOptions
    @OptionGroup(title: "Models") var models: ModelsOption
    @OptionGroup(title: "Messages") var log: LogOptions
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func run() async throws {
        let settings = try WorkerSettings.load(FlagValues(work, antenna, tls, models, log, file))
        LoggingSetup.bootstrap(settings.log)
        let manifests = try InferenceAssembly.readManifests(in: settings.inference.models, slugs: settings.pipelines)
        let rest = RESTSourceSettings(settings, pipelines: manifests.map(\.slug), untilEmpty: false)
        let network = try Network(settings)
        let client = try rest.makeClient(http: network.antenna(try network.makeClient()))
        var projects = try await client.projects()
        if let wanted = settings.antenna.project { projects.removeAll { $0.id != wanted } }
        guard !projects.isEmpty else {
            throw CommandFailure(
                "Antenna shows this token "
                    + (settings.antenna.project.map { "no project \($0)" } ?? "no project")
                    + "; ask a project's manager for access."
            )
        }
        let pipelines = Array(try JSONEncoder().encode(manifests.map(\.registration)))
        for project in projects {
            let answer = try await client.register(pipelines: pipelines, projectID: project.id)
            let created = answer.created.isEmpty ? "nothing new" : "new: " + answer.created.joined(separator: ", ")
            try Output.standard.print(
                "Project \(project.id) (\(project.name)): \(manifests.count) pipelines registered, \(created)".visible
            )
        }
    }
}
