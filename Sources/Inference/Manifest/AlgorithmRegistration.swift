import JSON

/// An algorithm as Antenna registers it.
package struct AlgorithmRegistration: Sendable, Hashable {
    /// What it is called, and where it comes from.
    private let algorithm: PipelineManifest.Algorithm
    /// `localization` or `classification`.
    package let taskType: String
    /// What the outputs mean; nil for a detector.
    package let categoryMap: CategoryMapRegistration?

    /// The name results use.
    package var key: String { algorithm.key }
    /// The name for people.
    package var name: String { algorithm.name }
    /// A number told to Antenna, which keeps the first one for each name.
    package var version: Int { algorithm.version }

    /// Makes a registration.
    package init(_ algorithm: PipelineManifest.Algorithm, taskType: String, categories: CategoryMapRegistration?) {
        self.algorithm = algorithm
        self.taskType = taskType
        categoryMap = categories
    }

    var json: JSONValue {
        var members: JSONObject = [
            "name": .string(name), "key": .string(key), "version": JSONValue(version), "task_type": .string(taskType),
        ]
        members["description"] = algorithm.description.map(JSONValue.string)
        members["version_name"] = algorithm.versionName.map(JSONValue.string)
        members["uri"] = algorithm.uri.map(JSONValue.string)
        members["category_map"] = categoryMap?.json
        return .object(members)
    }
}
