package import JSON

/// A pipeline as Antenna registers it (`PipelineConfigResponse` of Antenna's processing service schema).
package struct PipelineRegistration: Sendable, Equatable {
    /// The name for people.
    package let name: String
    /// The name jobs use.
    package let slug: String
    /// A number told to Antenna, which keeps the first one for each name.
    package let version: Int
    /// What the pipeline does.
    package let description: String?
    /// The detector first, then the classifiers; results may name only these.
    package let algorithms: [AlgorithmRegistration]
    /// The keys a project may set, by the parts of the pipeline.
    package let stages: [StageRegistration]
    /// The values where a project sets nothing.
    private let defaultConfiguration: JSONObject

    /// Makes a registration.
    package init(
        name: String,
        slug: String,
        version: Int,
        description: String? = nil,
        algorithms: [AlgorithmRegistration],
        stages: [StageRegistration] = [],
        defaultConfiguration: JSONObject = [:]
    ) {
        self.name = name
        self.slug = slug
        self.version = version
        self.description = description
        self.algorithms = algorithms
        self.stages = stages
        self.defaultConfiguration = defaultConfiguration
    }

    /// The object that Antenna gets.
    package var json: JSONValue {
        var members: JSONObject = [
            "name": .string(name), "slug": .string(slug), "version": JSONValue(version),
            "algorithms": .array(algorithms.map(\.json)), "stages": .array(stages.map(\.json)),
            "default_config": .object(defaultConfiguration),
        ]
        members["description"] = description.map(JSONValue.string)
        return .object(members)
    }
}
