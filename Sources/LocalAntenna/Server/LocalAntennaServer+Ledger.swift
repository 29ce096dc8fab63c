import Foundation

extension LocalAntennaServer {
    /// The tasks of all jobs counted, or those of one; leases that have ended are noticed first.
    package func counts(job: Int? = nil) -> LedgerCounts {
        withState { shared in shared.antenna.counts(job: job) }
    }

    /// Every task with its story, of all jobs or of one, in the order they were put in.
    package func records(job: Int? = nil) -> [TaskRecord] {
        withState { shared in
            shared.antenna.jobs.filter { job == nil || $0.id == job }.flatMap(\.ledger.records)
        }
    }

    /// Whether nothing more can happen: every task of every job is saved, stuck or lost.
    package var isSettled: Bool {
        withState { shared in shared.antenna.jobs.allSatisfy(\.ledger.isSettled) }
    }

    /// The requests that the server has had so far.
    package var traffic: LocalAntennaTraffic {
        withState(\.traffic)
    }

    /// The pipelines declared so far: their algorithms by slug, then by key.
    package var registeredPipelines: [String: [String: PipelineRegistry.Algorithm]] {
        withState { shared in shared.antenna.registry.pipelines.mapValues { $0.algorithms ?? [:] } }
    }

    /// Where the image of a task comes from.
    package func imageSource(_ imageID: Int) -> ImageSource? {
        core.images.source(imageID)
    }

    /// Draws the scenes that the jobs need, so that the first requests do not wait for them.
    ///
    /// - Parameter progress: Called with the number of scenes that are ready, and of all.
    /// - Throws: `ImagingError` when a scene cannot be encoded, `CancellationError`.
    package func prepareImages(progress: (_ ready: Int, _ all: Int) -> Void = { _, _ in }) async throws {
        let scenes = core.images.sceneSpecifications
        for (index, scene) in scenes.enumerated() {
            try Task.checkCancellation()
            _ = try await core.images.bytes(of: scene)
            progress(index + 1, scenes.count)
        }
    }

    /// The file that a task's image is served as, nil for an image that is elsewhere or wrong.
    ///
    /// - Throws: The system's error when the file cannot be read, `ImagingError` when a scene cannot be encoded.
    package func imageBytes(_ imageID: Int) async throws -> [UInt8]? {
        switch core.images.source(imageID) {
        case .file(let path)?: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        case .bytes(let bytes, _)?: bytes
        case .scene(let scene)?: [UInt8](try await core.images.bytes(of: scene))
        case .address?, .fault?, nil: nil
        }
    }

    /// Changes what goes wrong from now on.
    package func setFaults(_ settings: FaultSettings) {
        withState { shared in shared.faults.settings = settings }
    }

    /// Stops or resumes the handing out of a job's tasks.
    package func setActive(_ isActive: Bool, job: Int) {
        withState { shared in shared.antenna.setActive(isActive, job: job) }
    }

    private func withState<R>(_ body: (inout AntennaCore.Shared) -> R) -> R {
        let now = core.now()
        return core.withState { shared in
            shared.antenna.expire(now: now)
            return body(&shared)
        }
    }
}
