/// A pipeline's findings in a batch.
package struct PipelineAnalysis: Sendable {
    /// The insects of each image, the best score first.
    package var insects: [[DetectedInsect]]
    /// How long the parts took.
    package var times: PipelineTimes

    /// Makes an analysis.
    package init(insects: [[DetectedInsect]], times: PipelineTimes) {
        self.insects = insects
        self.times = times
    }
}
