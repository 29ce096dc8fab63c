import Transport

/// The facts about a pipeline that a server must know; otherwise it drops the results that it has taken.
package struct PipelineExpectation: Sendable, Hashable {
    /// The name jobs use.
    package let slug: String
    /// The key of what finds the insects; nil where only the slug is known, as to a relay.
    package let detector: String?
    /// The keys that results may name, the detector's among them.
    package let algorithms: [String]

    package init(slug: String, detector: String? = nil, algorithms: [String] = []) {
        self.slug = slug
        self.detector = detector
        self.algorithms = algorithms
    }

    /// Why results of this pipeline would be dropped; nil when they would be kept, as far as the server tells.
    ///
    /// Only what the server says counts: what it leaves out is taken to be well.
    ///
    /// - Parameter registered: The pipelines that the project may use.
    /// - Returns: A part of a sentence.
    package func problem(among registered: [AntennaPipeline]) -> String? {
        guard let theirs = registered.first(where: { $0.slug == slug }) else {
            return "pipeline \(slug) is not registered, or not enabled"
        }
        guard theirs.isEnabled != false else { return "pipeline \(slug) is not enabled" }
        guard let known = theirs.algorithms else { return nil }
        let missing = algorithms.filter { key in !known.contains { $0.key == key } }
        guard missing.isEmpty else {
            return "pipeline \(slug) is registered without \(Self.list(missing))"
        }
        let detectors = known.filter { $0.isDetector == true }.map(\.key)
        if detectors.count > 1 {
            return "pipeline \(slug) has \(detectors.count) detectors, where one is allowed: \(Self.list(detectors))"
        }
        if detectors.isEmpty, known.allSatisfy({ $0.isDetector != nil }) {
            return "pipeline \(slug) has no detector"
        }
        if let detector, let theirs = detectors.first, theirs != detector {
            return "pipeline \(slug) has another detector, \(theirs.line(limit: 100))"
        }
        return nil
    }

    private static func list(_ keys: [String]) -> String {
        keys.prefix(5).map { $0.line(limit: 100) }.joined(separator: ", ")
    }
}
