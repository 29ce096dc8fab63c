/// An algorithm as the server has it.
package struct AntennaAlgorithm: Sendable, Hashable {
    /// The name results use, unique on the whole server.
    package let key: String
    /// Its number; nil where the server does not say.
    package let version: Int?
    /// Its kind of task; nil where the server does not say.
    package let taskType: String?
    /// How many labels it has; nil where the server does not say.
    package let categoryCount: Int?

    package init(key: String, version: Int? = nil, taskType: String? = nil, categoryCount: Int? = nil) {
        self.key = key
        self.version = version
        self.taskType = taskType
        self.categoryCount = categoryCount
    }

    /// Whether the server counts it as what finds insects, of which a pipeline has one; nil when it is not known.
    var isDetector: Bool? {
        taskType.map { ["detection", "localization", "segmentation"].contains($0.lowercased()) }
    }
}
