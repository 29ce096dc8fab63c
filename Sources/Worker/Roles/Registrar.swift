package import Antenna
package import Inference
import JSON
package import Settings
import Telemetry

/// Registers pipelines with projects of Antenna, and looks at what came of it.
package struct Registrar {
    /// The outcome for one project.
    enum Outcome {
        /// All is registered; names what was new.
        case registered(new: [String])
        /// The token's user may not register there.
        case forbidden
        /// It was turned down, or what the project shows afterwards is not what results need.
        case failed(String)
    }

    private let client: AntennaClient
    private let registrations: [PipelineRegistration]
    private let expectations: [PipelineExpectation]

    /// - Parameters:
    ///   - client: Speaks the API.
    ///   - manifests: The pipelines.
    init(client: AntennaClient, manifests: [PipelineManifest]) {
        self.client = client
        registrations = manifests.map(\.registration)
        expectations = manifests.map { PipelineExpectation($0) }
    }

    /// The projects to register with: the one that is named, or all that the token can see.
    ///
    /// - Throws: `CommandFailure` when there is none; ``SettingsError`` when there is not the one that is named.
    func projects(only id: Int?) async throws -> [AntennaProject] {
        guard let id else {
            let all = try await client.projects()
            guard !all.isEmpty else {
                throw CommandFailure("Antenna shows this token no project; ask a project's manager for access.")
            }
            return all
        }
        return [try await AntennaPreflight.project(id, client)]
    }

    /// Finds out whether the registration would do what nobody wants.
    ///
    /// - Parameter projects: Where it is to be made; their pipelines are looked at where the server does not list all.
    /// - Throws: `CommandFailure` with every reason not to register; ``AntennaError`` when the server cannot be asked.
    func review(for projects: [AntennaProject]) async throws {
        var pipelines = try await client.pipelines(projectID: nil) ?? []
        if pipelines.isEmpty {
            for project in projects { pipelines += try await client.pipelines(projectID: project.id) ?? [] }
        }
        let algorithms = try await client.algorithms() ?? []
        let objections = RegistrationReview(pipelines: pipelines, algorithms: algorithms).objections(to: registrations)
        guard objections.isEmpty else {
            throw CommandFailure((["Nothing was registered:"] + objections).joined(separator: "\n"))
        }
    }

    /// Registers with one project.
    ///
    /// - Throws: ``AntennaError`` when the server cannot be reached, or refuses the token; not when it refuses this project.
    func register(with project: AntennaProject) async throws -> Outcome {
        let created: [String]
        do throws(AntennaError) {
            let body = JSONValue.array(registrations.map(\.json)).encoded()
            created = try await client.register(pipelines: body, projectID: project.id).created
        } catch {
            switch error.code {
            case .forbidden: return .forbidden
            case .refused, .notFound, .methodNotAllowed, .foreignAnswer, .malformedAnswer: return .failed(error.message)
            // A fault in handling this request; whoever is away altogether answers nothing.
            case .unavailable where error.status == 500: return .failed(error.message)
            default: throw error
            }
        }
        let shown = try await client.pipelines(projectID: project.id)
        let problems = shown.map { shown in expectations.compactMap { $0.problem(among: shown) } } ?? []
        guard problems.isEmpty else { return .failed("afterwards \(problems.joined(separator: "; "))") }
        let slugs = Set(registrations.map(\.slug))
        return .registered(new: created.filter { slugs.contains($0) })
    }
}

extension Registrar {
    /// Registers before a worker starts, with all projects that may be.
    ///
    /// - Parameters:
    ///   - settings: Antenna, and the project.
    ///   - manifests: The pipelines.
    ///   - role: Who does so, told to Antenna.
    ///   - http: Makes the calls.
    ///   - say: Takes a line for each project.
    /// - Throws: `CommandFailure` when it was not registered with any, or not wholly; ``AntennaError``.
    package static func register(
        _ settings: WorkerSettings,
        manifests: [PipelineManifest],
        role: String,
        http: any HTTPExecuting,
        say: (String) throws -> Void
    ) async throws {
        try await AntennaPreflight.checkAddress(settings, role: role)
        let client = try RESTSourceSettings(settings, role: role, manifests: manifests).makeClient(http: http)
        let registrar = Registrar(client: client, manifests: manifests)
        let projects = try await registrar.projects(only: settings.antenna.project)
        try await registrar.review(for: projects)
        var summary = RegistrationSummary()
        for project in projects {
            try say(summary.add(project, try await registrar.register(with: project), pipelines: manifests.count))
        }
        if let failure = summary.failure { throw failure }
        if let line = summary.line { try say(line) }
    }
}
