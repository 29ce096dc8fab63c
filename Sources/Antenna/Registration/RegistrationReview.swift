package import Inference
import Transport

/// Finds unwanted effects of a registration before it is made.
///
/// The server answers some of it with an error page, and some with success: an algorithm keeps its first version and labels for
/// ever, a pipeline collects detectors, and one with the name of another is taken for that. What it does not show is taken to
/// be well.
package struct RegistrationReview {
    /// The longest name that the server's database takes.
    package static let longestName = 255

    private let pipelines: [AntennaPipeline]
    private let algorithms: [AntennaAlgorithm]

    /// - Parameters:
    ///   - pipelines: Every pipeline that the server shows.
    ///   - algorithms: Every algorithm that it shows, of pipelines or not.
    package init(pipelines: [AntennaPipeline], algorithms: [AntennaAlgorithm]) {
        self.pipelines = pipelines
        self.algorithms = algorithms + pipelines.flatMap { $0.algorithms ?? [] }
    }

    /// Why pipelines cannot be registered, in sentences that say what to do instead; empty when they can.
    package func objections(to registrations: [PipelineRegistration]) -> [String] {
        var seen: Set<String> = []
        var objections: [String] = []
        for (index, pipeline) in registrations.enumerated() {
            let own = registrations[..<index].flatMap(\.algorithms)
            objections += Self.names(in: pipeline) + self.objections(to: pipeline)
            objections += pipeline.algorithms.flatMap { self.objections(to: $0, beside: own) }
        }
        return objections.filter { seen.insert($0).inserted }
    }

    /// Names that are too long, which nothing but the registration itself can tell.
    package static func names(in pipeline: PipelineRegistration) -> [String] {
        let names =
            [("pipeline \(pipeline.slug)", pipeline.name)]
            + pipeline.algorithms.map { ("algorithm \($0.key)", $0.name) }
        return names.filter { $0.1.count > longestName }.map { whose, name in
            "The name of \(whose) has \(name.count) characters, where Antenna takes \(longestName)."
        }
    }

    private func objections(to pipeline: PipelineRegistration) -> [String] {
        var found: [String] = []
        let ours = pipeline.algorithms.first { $0.taskType == "localization" }?.key
        if let theirs = pipelines.first(where: { $0.slug == pipeline.slug }), let ours {
            let others = (theirs.algorithms ?? []).filter { $0.isDetector == true && $0.key != ours }.map(\.key)
            if let other = others.first {
                found.append(
                    "Pipeline \(pipeline.slug) has the detector \(other.line(limit: 100)) at Antenna and would get a "
                        + "second one, \(ours): every result would be dropped. Give the pipeline a new slug and a new name."
                )
            }
        }
        let twin = pipelines.first { theirs in
            theirs.slug != pipeline.slug && theirs.name == pipeline.name
                && (theirs.version ?? pipeline.version) == pipeline.version
        }
        if let twin {
            found.append(
                "Pipeline \(pipeline.slug) has the name of pipeline \(twin.slug.line(limit: 100)) and would be taken "
                    + "for it, and not be made. Give it a name of its own."
            )
        }
        return found
    }

    private func objections(to algorithm: AlgorithmRegistration, beside own: [AlgorithmRegistration]) -> [String] {
        let remedy = "Give the changed algorithm a new key and a new name."
        if let other = own.first(where: { $0.key == algorithm.key && $0.version != algorithm.version }) {
            return [
                "Algorithm \(algorithm.key) is here as version \(other.version) and as version \(algorithm.version): "
                    + "a key has one. \(remedy)"
            ]
        }
        let theirs = algorithms.filter { $0.key == algorithm.key }
        if let version = theirs.compactMap(\.version).first(where: { $0 != algorithm.version }) {
            return [
                "Algorithm \(algorithm.key) is version \(version) at Antenna and version \(algorithm.version) here: a key keeps its "
                    + "first version for ever. \(remedy)"
            ]
        }
        if let labels = algorithm.categoryMap?.labels.count,
            let count = theirs.compactMap(\.categoryCount).first(where: { $0 > 0 && $0 != labels })
        {
            return [
                "Algorithm \(algorithm.key) has \(count) categories at Antenna and \(labels) here: a key keeps its first labels "
                    + "for ever. \(remedy)"
            ]
        }
        return []
    }
}
