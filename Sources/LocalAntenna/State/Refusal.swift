/// Why a result that was answered 200 is not saved: the server says nothing about it.
package enum Refusal: Sendable, Hashable {
    /// An error result that does not say which image failed: acknowledged, and the image stays pending for ever.
    case errorWithoutImage
    /// An image id that is no integer string, or of another image than the task's.
    case wrongImage(String)
    /// A pipeline that the server does not know, or not the job's.
    case wrongPipeline(String)
    /// An algorithm key that was not declared at registration.
    case undeclaredAlgorithm(String)
    /// Not exactly one detection algorithm in a result, or in the pipeline's declaration.
    case detectorCount(Int)
    /// A detection without a box.
    case noBox
    /// A classification without scores.
    case emptyScores
    /// The highest score lies beyond the declared category map.
    case beyondCategoryMap(index: Int)
}

extension SubmittedResult {
    /// Why the server would not save this result, nil when it would.
    ///
    /// - Parameters:
    ///   - imageID: The id of the task's image.
    ///   - jobPipeline: The slug of the job's pipeline.
    ///   - registry: The pipelines declared so far.
    ///   - trusts: Whether a pipeline that is the job's is trusted although it was never declared.
    /// - Returns: The reason, nil for none.
    func refusal(imageID: Int, jobPipeline: String, registry: PipelineRegistry, trusts: Bool) -> Refusal? {
        switch outcome {
        case .failure(_, nil):
            return .errorWithoutImage
        case .failure(_, let id?):
            return Int(id) == imageID ? nil : .wrongImage(id)
        case .detections(let result):
            if let id = result.sourceImageIDs.first(where: { Int($0) != imageID }) { return .wrongImage(id) }
            guard !result.sourceImageIDs.isEmpty else { return .wrongImage("") }
            guard result.pipeline == jobPipeline else { return .wrongPipeline(result.pipeline) }
            let declared = registry.pipelines[jobPipeline]
            guard declared != nil || trusts else { return .wrongPipeline(result.pipeline) }
            return result.refusal(imageID: imageID, declared: declared?.algorithms)
        }
    }
}

extension SubmittedDetections {
    fileprivate func refusal(imageID: Int, declared: [String: PipelineRegistry.Algorithm]?) -> Refusal? {
        if let declared {
            let detectors = declared.values.count(where: \.isDetector)
            guard detectors == 1 else { return .detectorCount(detectors) }
        }
        let detectors = Set(detections.map(\.algorithmKey))
        guard detectors.count <= 1 else { return .detectorCount(detectors.count) }
        for detection in detections {
            guard Int(detection.sourceImageID) == imageID else { return .wrongImage(detection.sourceImageID) }
            guard detection.box != nil else { return .noBox }
            if let declared, declared[detection.algorithmKey] == nil {
                return .undeclaredAlgorithm(detection.algorithmKey)
            }
            for classification in detection.classifications {
                if let refusal = classification.refusal(declared: declared) { return refusal }
            }
        }
        return nil
    }
}

extension SubmittedClassification {
    fileprivate func refusal(declared: [String: PipelineRegistry.Algorithm]?) -> Refusal? {
        guard let best else { return .emptyScores }
        guard let declared else { return nil }
        guard let algorithm = declared[algorithmKey] else { return .undeclaredAlgorithm(algorithmKey) }
        if let count = algorithm.categoryCount, best.index >= count { return .beyondCategoryMap(index: best.index) }
        return nil
    }
}
