/// Everything that is wrong with a pipeline's folder, found in one go.
package struct ManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The manifest's file.
    package let path: String
    /// A sentence for each mistake, in the order of the file.
    package let mistakes: [String]

    /// Makes an error.
    package init(path: String, mistakes: [String]) {
        self.path = path
        self.mistakes = mistakes
    }

    /// The file, then one line for each mistake.
    package var description: String {
        "\(path) has \(mistakes.count == 1 ? "a mistake" : "\(mistakes.count) mistakes"):"
            + mistakes.map { "\n  - \($0)" }.joined()
    }
}
