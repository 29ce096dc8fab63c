import Inference

extension PipelineAnalysis {
    /// An insect without a name in each box, of images that no model has seen.
    static func unnamed(_ images: [BoxedImage]) -> PipelineAnalysis {
        PipelineAnalysis(
            insects: images.map { image in
                image.boxes.map { DetectedInsect(detection: Detection(box: $0, score: 1), classifications: []) }
            },
            times: PipelineTimes()
        )
    }
}
