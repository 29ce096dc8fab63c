import Inference
import Telemetry

/// Infers a batch, and where it fails, its halves, until the image that spoils it is alone.
struct BisectingInference<Image: Sendable> {
    /// The outcome of one image: its insects, and the run it was in.
    typealias Outcome = Result<(insects: [DetectedInsect], batch: BatchRun), any Error>

    /// Infers images together.
    let run: ([Image]) async throws -> PipelineAnalysis

    /// One outcome an image, in order; a failed batch of n costs at most 2 n − 1 runs.
    func infer(_ images: [Image]) async -> [Outcome] {
        do {
            let began = ContinuousClock.now
            let analysis = try await run(images)
            let run = BatchRun(images: images.count, began: began, ended: .now, times: analysis.times)
            return analysis.insects.map { .success(($0, run)) }
        } catch let error where Self.isNoImagesFault(error) {
            // Halves would fail alike.
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

    private static func isNoImagesFault(_ error: any Error) -> Bool {
        error is CancellationError || (error as? InferenceError)?.code == .modelLost
    }
}
