import JSON
import Telemetry

extension AntennaClient {
    /// The pipelines that a project may use, or without one those of the whole server.
    ///
    /// - Returns: nil from a server that does not show them.
    /// - Throws: ``AntennaError`` when that could not be found out now.
    package func pipelines(projectID: Int?) async throws(AntennaError) -> [AntennaPipeline]? {
        do throws(AntennaError) {
            return try await pages(
                of: AntennaWire.Pipeline.self,
                limit: 100,
                operation: "pipelines.list"
            ) { limit, offset in
                address.pipelines(project: projectID, limit: limit, offset: offset)
            }
            .map { $0.pipeline(inProject: projectID) }
        } catch {
            guard error.meansHidden else { throw error }
            return nil
        }
    }

    /// The algorithms of the whole server.
    ///
    /// - Returns: nil from a server that does not show them.
    /// - Throws: ``AntennaError`` when that could not be found out now.
    package func algorithms() async throws(AntennaError) -> [AntennaAlgorithm]? {
        do throws(AntennaError) {
            return try await pages(
                of: AntennaWire.Algorithm.self,
                limit: 100,
                operation: "algorithms.list"
            ) { limit, offset in
                address.algorithms(limit: limit, offset: offset)
            }
            .map(\.algorithm)
        } catch {
            guard error.meansHidden else { throw error }
            return nil
        }
    }
}

extension AntennaError {
    /// Whether a server that is well does not show what was asked for: an older one, or one with other rights.
    var meansHidden: Bool {
        switch code {
        case .notFound, .methodNotAllowed, .refused, .forbidden, .foreignAnswer, .malformedAnswer: true
        case .transport, .authentication, .rateLimited, .unavailable, .redirected, .configuration, .cancelled: false
        }
    }
}

extension AntennaWire {
    struct Pipeline: Element {
        let slug: String
        let name: String?
        let version: Int?
        /// Its algorithms, nil for one that cannot be read.
        let algorithms: [Algorithm?]?
        let isEnabled: Bool?
        let configurations: [ProjectConfiguration]

        init?(_ json: JSONValue) {
            guard let slug = json["slug"]?.string else { return nil }
            self.slug = slug
            name = json["name"]?.string
            version = json["version"]?.lenientInt
            algorithms = json["algorithms"]?.elements?.map { Algorithm($0) }
            isEnabled = json["enabled"]?.bool
            configurations =
                json["project_pipeline_configs"]?.elements?.compactMap { ProjectConfiguration($0) } ?? []
        }

        func pipeline(inProject project: Int?) -> AntennaPipeline {
            // One that cannot be read would look as if it were missing.
            let known = algorithms.flatMap { list in
                list.contains { $0 == nil } ? nil : list.compactMap { $0?.algorithm }
            }
            return AntennaPipeline(
                slug: slug,
                name: name ?? "",
                version: version,
                algorithms: known,
                isEnabled: configurations.first { $0.project == project }?.isEnabled ?? isEnabled
            )
        }
    }

    struct ProjectConfiguration {
        let project: Int
        let isEnabled: Bool

        init?(_ json: JSONValue) {
            guard let project = json["project"]?.lenientInt, let isEnabled = json["enabled"]?.bool else { return nil }
            self.project = project
            self.isEnabled = isEnabled
        }
    }

    struct Algorithm: Element {
        let algorithm: AntennaAlgorithm

        init?(_ json: JSONValue) {
            guard let key = json["key"]?.string else { return nil }
            algorithm = AntennaAlgorithm(
                key: key,
                version: json["version"]?.lenientInt,
                taskType: json["task_type"]?.string,
                categoryCount: json["category_count"]?.lenientInt
            )
        }
    }
}
