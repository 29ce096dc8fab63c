import JSON

/// The keys of a task's `config`, and the descriptions that Antenna gets of them.
package enum TaskConfigurationKey: String, Sendable, CaseIterable {
    case detectionThreshold = "detection_threshold"
    case maximumDetections = "max_detections"
    case classification
    case classificationThreshold = "classification_threshold"
    case topScores = "top_k"
    case features = "include_features"
    case logits = "include_logits"

    /// The part of a pipeline that it is about.
    var stage: StageRegistration.Stage {
        switch self {
        case .detectionThreshold, .maximumDetections: .detection
        case .classification, .classificationThreshold, .topScores, .features, .logits: .classification
        }
    }

    /// The meaning, for people.
    var title: String {
        switch self {
        case .detectionThreshold: "Only boxes with a greater score, 0 to 1"
        case .maximumDetections: "At most so many boxes, the best ones"
        case .classification: "Whether boxes are classified"
        case .classificationThreshold: "Only classifications with a greater score, 0 to 1"
        case .topScores: "At most so many scores of a classification, the best ones"
        case .features: "Whether the name of a box comes with its features"
        case .logits: "Whether all scores come with their logits"
        }
    }

    /// Whether a project may set it of a pipeline.
    func isOffered(by manifest: PipelineManifest) -> Bool {
        switch self {
        case .detectionThreshold, .maximumDetections: true
        case .classification, .classificationThreshold, .topScores, .logits:
            manifest.binaryFilter != nil || !manifest.classifiers.isEmpty
        case .features: manifest.hasFeatures
        }
    }

    /// The value for tasks that say nothing; nil where that is no value of the key, or each worker's own.
    func defaultValue(in manifest: PipelineManifest) -> JSONValue? {
        switch self {
        // By its digits: as a double, 0.4 would be 0.4000000059604645.
        case .detectionThreshold: Double("\(manifest.detector.scoreThreshold)").map { .number($0) }
        case .maximumDetections: JSONValue(manifest.detector.maximumDetections)
        case .classification: true
        case .classificationThreshold: 0
        case .topScores, .features, .logits: nil
        }
    }
}
