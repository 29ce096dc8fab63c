package import JSON

/// A pipeline as Antenna registers it (`PipelineConfigResponse` of Antenna's processing service schema).
package struct PipelineRegistration: Sendable, Hashable {
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

    /// Makes a registration.
    package init(
        name: String,
        slug: String,
        version: Int,
        description: String? = nil,
        algorithms: [AlgorithmRegistration]
    ) {
        self.name = name
        self.slug = slug
        self.version = version
        self.description = description
        self.algorithms = algorithms
    }

    /// What Antenna gets; there are no stages that a project could set.
    package var json: JSONValue {
        var members: JSONObject = [
            "name": .string(name), "slug": .string(slug), "version": JSONValue(version),
            "algorithms": .array(algorithms.map(\.json)), "stages": [],
        ]
        members["description"] = description.map(JSONValue.string)
        return .object(members)
    }
}
