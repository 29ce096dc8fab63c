package import JSON

/// The pipelines that workers have declared, and what their algorithms can say.
///
/// It goes wrong where the real server does: keys of algorithms are unique on the whole server, what is known under a key or a name is not
/// changed, and an algorithm that comes along under an old slug is added to those that are there.
package struct PipelineRegistry: Sendable {
    /// The declaration of one algorithm.
    package struct Algorithm: Sendable, Equatable {
        /// Its name.
        package let name: String
        /// Its number.
        package let version: Int?
        /// Its kind, for instance `localization` or `classification`.
        package let taskType: String?
        /// How many labels its category map has; nil without a map.
        package let categoryCount: Int?

        var isDetector: Bool { taskType == "localization" || taskType == "detection" }
    }

    /// One pipeline.
    package struct Pipeline: Sendable, Equatable {
        /// The name jobs use.
        package let slug: String
        /// The name for people.
        package let name: String
        /// Its number; nil for one that was never declared.
        package var version: Int?
        /// Its algorithms by their keys; nil for one that was never declared.
        package var algorithms: [String: Algorithm]?
        /// The projects that may use it.
        package var projects: Set<Int> = []
    }

    /// The changes that a registration made.
    package struct Outcome: Sendable, Equatable {
        /// Slugs that are new.
        package var created: [String] = []
        /// Slugs that were known.
        package var updated: [String] = []
        /// Keys of algorithms that are new.
        package var algorithms: [String] = []
    }

    /// Longer names do not fit into the server's database.
    private static let longestName = 255

    /// The pipelines by slug.
    package private(set) var pipelines: [String: Pipeline] = [:]
    /// The algorithms of all pipelines by key.
    package private(set) var algorithms: [String: Algorithm] = [:]

    /// The pipelines of a project, or of all, in the order of their slugs.
    func pipelines(project: Int?) -> [Pipeline] {
        pipelines.values.filter { project == nil || $0.projects.contains(project ?? 0) }.sorted { $0.slug < $1.slug }
    }

    /// Takes in the body of a POST to `projects/{id}/pipelines/`.
    ///
    /// - Throws: `APIRejection`: 400 when a member is missing or of the wrong type, 500 where the real server fails; nothing is registered then.
    package mutating func register(_ body: JSONValue, project: Int) throws(APIRejection) -> Outcome {
        guard let service = body["processing_service_name"]?.string, !service.isEmpty else {
            throw .badRequest("This field is required.", field: "processing_service_name")
        }
        var changed = self
        var outcome = Outcome()
        for pipeline in body["pipelines"]?.elements ?? [] {
            try changed.take(try Declaration(pipeline), project: project, &outcome)
        }
        self = changed
        return outcome
    }

    private mutating func take(
        _ declared: Declaration,
        project: Int,
        _ outcome: inout Outcome
    ) throws(APIRejection) {
        for (key, algorithm) in declared.algorithms {
            if let known = algorithms[key] {
                guard known.version == algorithm.version else { throw .crash }
            } else {
                let isUnlabelled = algorithm.taskType == "classification" && algorithm.categoryCount == nil
                guard !isUnlabelled, algorithm.name.count <= Self.longestName else { throw .crash }
                algorithms[key] = algorithm
                outcome.algorithms.append(key)
            }
        }
        guard declared.name.count <= Self.longestName else { throw .crash }
        // A name and version that are known stand for the pipeline that has them, whatever the slug.
        let namesake = pipelines.values.first { $0.name == declared.name && $0.version == declared.version }
        let slug = namesake?.slug ?? declared.slug
        var pipeline =
            pipelines[slug]
            ?? Pipeline(slug: slug, name: declared.name, version: declared.version, algorithms: [:])
        if pipelines[slug] == nil { outcome.created.append(slug) } else { outcome.updated.append(slug) }
        let known = declared.algorithms.map { ($0.key, algorithms[$0.key] ?? $0.algorithm) }
        pipeline.algorithms?.merge(known) { old, _ in old }
        pipeline.projects.insert(project)
        pipelines[slug] = pipeline
    }
}

/// A pipeline as a worker declares it.
private struct Declaration {
    let slug: String
    let name: String
    let version: Int
    var algorithms: [(key: String, algorithm: PipelineRegistry.Algorithm)] = []

    init(_ json: JSONValue) throws(APIRejection) {
        guard let slug = json["slug"]?.string, let name = json["name"]?.string, let version = json["version"]?.int
        else {
            throw .badRequest("name, slug and version are required", field: "pipelines")
        }
        (self.slug, self.name, self.version) = (slug, name, version)
        if let stages = json["stages"] {
            guard let stages = stages.elements else {
                throw .badRequest("\(slug).stages: not a list", field: "pipelines")
            }
            let named = stages + stages.flatMap { $0["params"]?.elements ?? [] }
            guard named.allSatisfy({ $0["key"]?.string != nil && $0["name"]?.string != nil }) else {
                throw .badRequest("\(slug).stages: name and key are required", field: "pipelines")
            }
        }
        for algorithm in json["algorithms"]?.elements ?? [] {
            guard let key = algorithm["key"]?.string, let name = algorithm["name"]?.string else {
                throw .badRequest("\(slug).algorithms: name and key are required", field: "pipelines")
            }
            let categories = algorithm["category_map"].flatMap { map in
                map["labels"]?.elements?.count ?? map["data"]?.elements?.count
            }
            algorithms.append(
                (
                    key,
                    PipelineRegistry.Algorithm(
                        name: name,
                        version: algorithm["version"]?.int,
                        taskType: algorithm["task_type"]?.string,
                        categoryCount: categories
                    )
                )
            )
        }
    }
}
