package import Inference
import JSON

/// The settings that a task asks for; nil where it says nothing, and the pipeline or the worker decides.
package struct TaskOptions: Sendable, Hashable {
    /// Only boxes of the detector with a greater score count.
    package var detectionThreshold: Float?
    /// At most so many boxes of the detector, the best ones.
    package var maximumDetections: Int?
    /// Whether filter and classifier are asked.
    package var classification: Bool?
    /// The word of a classifier counts only with a greater score.
    package var classificationThreshold: Float?
    /// At most so many scores of a classification, the best ones.
    package var topScores: Int?
    /// Whether the last word on each box comes with its features.
    package var features: Bool?
    /// Whether all scores come with their logits.
    package var logits: Bool?
    /// Keys that mean nothing here, the first ones, cut where they are long.
    package let unknownKeys: [String]
    /// All of it as it came.
    let json: [UInt8]

    /// The settings of the analysis.
    package var analysis: AnalysisOptions {
        AnalysisOptions(
            detectionThreshold: detectionThreshold,
            maximumDetections: maximumDetections,
            isClassified: classification ?? true,
            classificationThreshold: classificationThreshold ?? 0
        )
    }

    /// The part of it that a result was made by, with the values that held.
    ///
    /// - Parameters:
    ///   - contents: What the result tells.
    ///   - manifest: The pipeline.
    ///   - isDetected: Whether a detector was asked.
    /// - Returns: The part to tell.
    func used(in contents: ResultContents, by manifest: PipelineManifest, isDetected: Bool) -> TaskOptions {
        var used = self
        if !isDetected { (used.detectionThreshold, used.maximumDetections) = (nil, nil) }
        if topScores != nil, case .top(let count) = contents.scores { used.topScores = count }
        if features != nil { used.features = contents.features && manifest.hasFeatures }
        if logits != nil { used.logits = contents.logits && contents.scores == .all }
        return used
    }

    /// Writes what it asks for, by the keys that are known.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in TaskConfigurationKey.allCases {
                switch key {
                case .detectionThreshold: write(detectionThreshold, key, to: &writer) { $0.number($1) }
                case .maximumDetections: write(maximumDetections, key, to: &writer) { $0.integer($1) }
                case .classification: write(classification, key, to: &writer) { $0.boolean($1) }
                case .classificationThreshold: write(classificationThreshold, key, to: &writer) { $0.number($1) }
                case .topScores: write(topScores, key, to: &writer) { $0.integer($1) }
                case .features: write(features, key, to: &writer) { $0.boolean($1) }
                case .logits: write(logits, key, to: &writer) { $0.boolean($1) }
                }
            }
        }
    }

    private func write<Value>(
        _ value: Value?,
        _ key: TaskConfigurationKey,
        to writer: inout JSONWriter,
        _ write: (inout JSONWriter, Value) -> Void
    ) {
        guard let value else { return }
        writer.key(named: key.rawValue)
        write(&writer, value)
    }
}
