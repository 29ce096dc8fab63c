/// A pipeline as the server has it.
package struct AntennaPipeline: Sendable, Hashable {
    /// The name jobs use.
    package let slug: String
    /// The name for people; empty if the server did not say.
    package let name: String
    /// Its number; nil where the server does not say.
    package let version: Int?
    /// Its algorithms; nil where the server does not say.
    package let algorithms: [AntennaAlgorithm]?
    /// Whether the project may use it; nil where the server does not say.
    package let isEnabled: Bool?

    package init(
        slug: String,
        name: String = "",
        version: Int? = nil,
        algorithms: [AntennaAlgorithm]? = nil,
        isEnabled: Bool? = nil
    ) {
        self.slug = slug
        self.name = name
        self.version = version
        self.algorithms = algorithms
        self.isEnabled = isEnabled
    }
}
