import JSON
import Telemetry
import Transport

extension AntennaClient {
    /// All projects the token may see, page by page.
    ///
    /// - Throws: ``AntennaError``.
    package func projects() async throws(AntennaError) -> [AntennaProject] {
        try await pages(of: AntennaWire.Project.self, limit: 100, operation: "projects.list") { limit, offset in
            address.projects(limit: limit, offset: offset)
        }
        .map { AntennaProject(id: $0.id, name: $0.name ?? "") }
    }

    /// A project.
    ///
    /// - Throws: ``AntennaError``; `notFound` when there is none of that number.
    package func project(_ id: Int) async throws(AntennaError) -> AntennaProject {
        let operation: OperationName = "antenna.project"
        let answer = try await call(.get, address.project(id), operation: operation)
        guard let project = AntennaWire.read(AntennaWire.Project.self, from: answer.body) else {
            throw malformed(answer, operation)
        }
        return AntennaProject(id: project.id, name: project.name ?? "")
    }

    /// Registers pipelines with a project.
    ///
    /// - Parameters:
    ///   - pipelines: A JSON list of pipeline configurations.
    ///   - projectID: The project.
    /// - Returns: What changed; empty when the server answered with a success of another shape.
    /// - Throws: ``AntennaError``.
    package func register(pipelines: [UInt8], projectID: Int) async throws(AntennaError) -> AntennaRegistration {
        var writer = JSONWriter(capacity: pipelines.count + 256)
        writer.object { writer in
            writer.key("processing_service_name")
            writer.string(serviceName)
            writer.key("pipelines")
            writer.json(pipelines)
        }
        let url = address.pipelines(project: projectID)
        let answer = try await call(.post, url, body: writer.finish(), operation: "pipelines.register")
        let wire = AntennaWire.read(AntennaWire.Registration.self, from: answer.body)
        return AntennaRegistration(created: wire?.created ?? [], updated: wire?.updated ?? [])
    }
}
