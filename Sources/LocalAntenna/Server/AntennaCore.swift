import Synchronization

/// The state behind the server's lock, and what is fixed for its life.
final class AntennaCore: Sendable {
    /// The state that changes while the server runs.
    struct Shared: Sendable {
        var antenna: AntennaState
        var faults: FaultPlan
        var chance: SplitMix64
        var traffic = LocalAntennaTraffic()
    }

    let configuration: LocalAntennaConfiguration
    let images: ImageLibrary
    let now: @Sendable () -> Duration
    let onResult: (@Sendable (AcceptedResult) -> Void)?
    private let shared: Mutex<Shared>

    init(
        configuration: LocalAntennaConfiguration,
        now: @escaping @Sendable () -> Duration,
        onResult: (@Sendable (AcceptedResult) -> Void)?
    ) {
        let seeding = Seeding(configuration)
        self.configuration = configuration
        self.images = ImageLibrary(sources: seeding.sources)
        self.now = now
        self.onResult = onResult
        self.shared = Mutex(
            Shared(
                antenna: AntennaState(
                    jobs: seeding.jobs,
                    trustsJobPipelines: configuration.trustsJobPipelines
                ),
                faults: FaultPlan(settings: configuration.faults, seed: configuration.seed),
                chance: SplitMix64(seed: configuration.seed)
            )
        )
    }

    /// Lends the state, under the lock, and then tells of the results that were saved.
    func withState<R, E: Error>(_ body: (inout Shared) throws(E) -> R) throws(E) -> R {
        let (value, saved) = try shared.withLock { shared throws(E) in
            let value = try body(&shared)
            return (value, shared.antenna.takeSaved())
        }
        for (task, result) in saved {
            guard let onResult, let image = images.source(task.imageID) else { continue }
            onResult(AcceptedResult(task: task, image: image, result: result))
        }
        return value
    }
}

/// The jobs of a configuration with every task and image numbered.
private struct Seeding {
    /// Image ids start here, so that they are never mistaken for task ids.
    private static let firstImageID = 1_001

    var jobs: [AntennaState.Job] = []
    var sources: [Int: ImageSource] = [:]

    init(_ configuration: LocalAntennaConfiguration) {
        var nextTask = 1
        var nextImage = Self.firstImageID
        for (index, seed) in configuration.jobs.enumerated() {
            let jobID = index + 1
            var records: [TaskRecord] = []
            for source in seed.images {
                sources[nextImage] = source
                records.append(TaskRecord(id: nextTask, jobID: jobID, imageID: nextImage))
                nextTask += 1
                nextImage += 1
            }
            jobs.append(
                AntennaState.Job(
                    id: jobID,
                    name: seed.name ?? "\(seed.pipelineSlug ?? "no pipeline") \(jobID)",
                    pipelineSlug: seed.pipelineSlug,
                    dispatchMode: seed.dispatchMode,
                    isActive: seed.isActive,
                    projectID: seed.projectID,
                    isForbidden: seed.isForbidden,
                    config: seed.config,
                    ledger: TaskLedger(
                        records: records,
                        lease: configuration.lease,
                        maxDeliver: configuration.maxDeliver
                    )
                )
            )
        }
    }
}
