import Antenna
import Inference
package import Settings

extension WorkerSettings {
    /// The pipelines that a worker with these settings works for.
    package var slugs: [String] {
        self.work.pipelines.isEmpty ? PipelineManifest.slugs(in: self.models.folder) : self.work.pipelines
    }

    /// The manifests of these pipelines, as far as they are here and can be read; what is wrong with the others is told elsewhere.
    var manifests: [PipelineManifest] {
        slugs.compactMap { try? PipelineManifest(directory: "\(self.models.folder)/\($0)") }
    }

    /// What Antenna has to know of each pipeline: of one whose manifest is not here, as on a relay, its slug.
    var expectations: [PipelineExpectation] {
        let manifests = Dictionary(manifests.map { ($0.slug, $0) }) { first, _ in first }
        return slugs.map { slug in manifests[slug].map { PipelineExpectation($0) } ?? PipelineExpectation(slug: slug) }
    }
}
