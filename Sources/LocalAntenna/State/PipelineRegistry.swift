/// The pipelines that workers have declared, and what their algorithms can say.
package struct PipelineRegistry: Sendable {
    /// What was declared of one algorithm.
    package struct Algorithm: Sendable, Equatable {
        /// Its kind, for instance `localization` or `classification`.
        package let taskType: String?
        /// How many labels its category map has; nil without a map.
        package let categoryCount: Int?

        var isDetector: Bool { taskType == "localization" || taskType == "detection" }
    }

    /// The algorithms of each pipeline by slug, then by key.
    package private(set) var pipelines: [String: [String: Algorithm]] = [:]

    /// Takes in the body of a POST to `projects/{id}/pipelines/` and tells which slugs are new and which were known.
    ///
    /// - Throws: `APIRejection` with status 400 when a member is missing or of the wrong type; nothing is registered then.
    package mutating func register(_ body: JSONValue) throws(APIRejection) -> (created: [String], updated: [String]) {
        guard let service = body["processing_service_name"]?.string, !service.isEmpty else {
            throw .badRequest("processing_service_name: field required")
        }
        var declared: [(slug: String, algorithms: [String: Algorithm])] = []
        for pipeline in body["pipelines"]?.elements ?? [] {
            declared.append(try Self.declaration(pipeline))
        }
        var created: [String] = []
        var updated: [String] = []
        for (slug, algorithms) in declared {
            if pipelines.updateValue(algorithms, forKey: slug) == nil {
                created.append(slug)
            } else {
                updated.append(slug)
            }
        }
        return (created, updated)
    }

    private static func declaration(
        _ pipeline: JSONValue
    ) throws(APIRejection) -> (slug: String, algorithms: [String: Algorithm]) {
        guard let slug = pipeline["slug"]?.string, pipeline["name"]?.string != nil, pipeline["version"]?.int != nil
        else {
            throw .badRequest("pipelines: name, slug and version are required")
        }
        var algorithms: [String: Algorithm] = [:]
        for algorithm in pipeline["algorithms"]?.elements ?? [] {
            guard let key = algorithm["key"]?.string, algorithm["name"]?.string != nil else {
                throw .badRequest("pipelines.\(slug).algorithms: name and key are required")
            }
            let categories = algorithm["category_map"].flatMap { map in
                map["labels"]?.elements?.count ?? map["data"]?.elements?.count
            }
            algorithms[key] = Algorithm(taskType: algorithm["task_type"]?.string, categoryCount: categories)
        }
        return (slug, algorithms)
    }
}
