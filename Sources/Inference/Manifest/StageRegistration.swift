import JSON

/// A part of a pipeline with what a project may set of it, as Antenna registers it (`stages` of a pipeline).
package struct StageRegistration: Sendable, Hashable {
    /// The parts that pipelines have.
    package enum Stage: String, Sendable, CaseIterable {
        case detection
        case classification

        /// The name for people.
        var name: String {
            switch self {
            case .detection: "Detection"
            case .classification: "Classification"
            }
        }
    }

    /// Which part.
    package let stage: Stage
    /// The keys that may be set.
    package let keys: [TaskConfigurationKey]

    /// The parts of a pipeline that have something to set.
    static func stages(of manifest: PipelineManifest) -> [StageRegistration] {
        let keys = TaskConfigurationKey.allCases.filter { $0.isOffered(by: manifest) }
        return Stage.allCases.compactMap { stage in
            let own = keys.filter { $0.stage == stage }
            return own.isEmpty ? nil : StageRegistration(stage: stage, keys: own)
        }
    }

    var json: JSONValue {
        [
            "key": .string(stage.rawValue), "name": .string(stage.name),
            "params": .array(keys.map { ["key": .string($0.rawValue), "name": .string($0.title)] }),
        ]
    }
}
