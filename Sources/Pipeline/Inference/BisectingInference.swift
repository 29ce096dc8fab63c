import Imaging
import Inference
import Telemetry

/// Infers a batch, and where it fails, its halves, until the image that spoils it is alone.
struct BisectingInference {
    /// What became of one image: its insects, and its share of the time of the run it was in.
    typealias Outcome = Result<(insects: [DetectedInsect], times: PipelineTimes), any Error>

    let engine: any InferenceEngine
    let key: BatchKey

    /// One outcome an image, in order; a failed batch of n costs at most 2 n − 1 runs.
    func infer(_ images: [PixelBuffer]) async -> [Outcome] {
        do {
            let analysis = try await engine.infer(images, key: key)
            let share = analysis.times.divided(by: images.count)
            return analysis.insects.map { .success(($0, share)) }
        } catch let error as InferenceError where error.code == .modelLost {
            // No image's fault, so halves would fail alike.
            return images.map { _ in .failure(error) }
        } catch _ where images.count > 1 {
            let middle = images.count / 2
            let left = await infer(Array(images[..<middle]))
            let right = await infer(Array(images[middle...]))
            return left + right
        } catch {
            return images.map { _ in .failure(error) }
        }
    }
}

extension PipelineTimes {
    fileprivate func divided(by count: Int) -> PipelineTimes {
        var share = self
        share.prepare /= count
        share.detect /= count
        share.classify /= count
        share.runtime /= count
        return share
    }
}
