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
            algorithms: [detector] + classifiers,
            stages: []
        )
    }
}

/// A pipeline as Antenna registers it (`PipelineConfigResponse` of Antenna's processing service schema).
package struct PipelineRegistration: Codable, Sendable, Hashable {
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
    /// Settings a project could change; there are none.
    package let stages: [String]
}

/// An algorithm as Antenna registers it.
package struct AlgorithmRegistration: Codable, Sendable, Hashable {
    /// The name for people.
    package let name: String
    /// The name results use.
    package let key: String
    /// What the algorithm does.
    package let description: String?
    /// `localization` or `classification`.
    package let taskType: String
    /// A number told to Antenna, which keeps the first one for each name.
    package let version: Int
    /// The version's name.
    package let versionName: String?
    /// Where the weights come from.
    package let uri: String?
    /// What the outputs mean; nil for a detector.
    package let categoryMap: CategoryMapRegistration?

    init(_ algorithm: PipelineManifest.Algorithm, taskType: String, categories: CategoryMapRegistration?) {
        name = algorithm.name
        key = algorithm.key
        description = algorithm.description
        self.taskType = taskType
        version = algorithm.version
        versionName = algorithm.versionName
        uri = algorithm.uri
        categoryMap = categories
    }

    private enum CodingKeys: String, CodingKey {
        case name, key, description, version, uri
        case taskType = "task_type"
        case versionName = "version_name"
        case categoryMap = "category_map"
    }
}

/// The meaning of a classifier's outputs as Antenna registers it.
package struct CategoryMapRegistration: Codable, Sendable, Hashable {
    /// One entry for each output, in order.
    package let data: [Category]
    /// The labels alone, in the same order.
    package let labels: [String]

    /// One output's meaning.
    package struct Category: Codable, Sendable, Hashable {
        /// The output's position.
        package let index: Int
        /// Its label.
        package let label: String
        /// The label's rank, such as `SPECIES`.
        package let taxonRank: String?

        private enum CodingKeys: String, CodingKey {
            case index, label
            case taxonRank = "taxon_rank"
        }
    }

    init(labels: [String], taxonRank: String?) {
        self.labels = labels
        data = labels.enumerated().map { Category(index: $0.offset, label: $0.element, taxonRank: taxonRank) }
    }
}
