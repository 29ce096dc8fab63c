package import Inference

/// The pipelines that a worker serves: what is known of them without their models.
package struct PipelineCatalogue: Sendable {
    /// The manifests, in the order in which they were given.
    package let manifests: [PipelineManifest]
    private let bySlug: [String: PipelineManifest]

    /// Makes a catalogue; of two pipelines of one slug the first counts.
    package init(_ manifests: [PipelineManifest]) {
        self.manifests = manifests
        bySlug = Dictionary(manifests.map { ($0.slug, $0) }) { first, _ in first }
    }

    /// What a pipeline says of itself.
    ///
    /// - Throws: ``TaskFailure`` when there is no such pipeline.
    package func manifest(_ slug: String) throws -> PipelineManifest {
        guard let manifest = bySlug[slug] else {
            throw TaskFailure(stage: .detect, message: "Pipeline \(slug) is not loaded in this worker")
        }
        return manifest
    }

    /// The size at which an image enters its pipeline's detector: what it is batched by.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline's slug.
    ///   - height: The image's height in pixels.
    ///   - width: Its width.
    /// - Returns: Height × width of the detector's input.
    /// - Throws: ``TaskFailure`` when there is no such pipeline.
    package func localizationSize(pipeline: String, height: Int, width: Int) throws -> LocalizationSize {
        try manifest(pipeline).detector.input.size(height: height, width: width)
    }
}
