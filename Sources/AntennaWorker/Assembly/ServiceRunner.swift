import Logging
import ServiceLifecycle

/// Runs services until they end or a signal stops them.
///
/// The first SIGTERM, SIGINT or SIGHUP drains: nothing more is taken, what is in hand is finished within the grace. What is not
/// finished then is given up; its source delivers it again. A second signal ends the process at once.
struct ServiceRunner {
    let grace: Duration
    let logger: Logger
    /// Told of the first signal; may also ask for the drain itself.
    var life = WorkerLife()

    /// Runs `services` side by side; the first that ends, ends all.
    ///
    /// - Throws: What a service throws; `CommandFailure` when the grace was too short.
    func run(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = grace
        let group = ServiceGroup(configuration: configuration)
        life.whenDraining { Task { await group.triggerGracefulShutdown() } }
        life.drainOnSignals(logger: logger)
        do {
            try await group.run()
        } catch is CancellationError {
            throw CommandFailure(
                "Not all that was in hand could be finished within the grace of \(grace); it will be delivered again."
            )
        }
    }
}
