package import JSON

extension PipelineManifest {
    /// What Antenna is told of this pipeline: one entry of `pipelines` in `POST projects/{pk}/pipelines/`.
    package var registration: PipelineRegistration {
        let detector = AlgorithmRegistration(detector.algorithm, taskType: "localization", categories: nil)
        let classifiers = [binaryFilter, classifier].compactMap { $0 }.map { classifier in
            AlgorithmRegistration(
                classifier.algorithm,
                taskType: "classification",
                categories: CategoryMapRegistration(labels: classifier.labels, taxonRank: classifier.taxonRank)
            )
        }
        return PipelineRegistration(
            name: name,
            slug: slug,
            version: version,
            description: description,
            algorithms: [detector] + classifiers
        )
    }
}

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

    fileprivate var json: JSONValue {
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

/// The meaning of a classifier's outputs as Antenna registers it.
package struct CategoryMapRegistration: Sendable, Hashable {
    /// The label of each output, in order.
    package let labels: [String]
    /// The labels' rank, such as `SPECIES`.
    private let taxonRank: String?

    /// Makes a map.
    package init(labels: [String], taxonRank: String?) {
        self.labels = labels
        self.taxonRank = taxonRank
    }

    fileprivate var json: JSONValue {
        let data = labels.enumerated().map { index, label in
            var members: JSONObject = ["index": JSONValue(index), "label": .string(label)]
            members["taxon_rank"] = taxonRank.map(JSONValue.string)
            return JSONValue.object(members)
        }
        return ["data": .array(data), "labels": .array(labels.map(JSONValue.string))]
    }
}
