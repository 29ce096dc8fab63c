package import Logging
package import ServiceLifecycle

/// Runs services until they end or a signal stops them.
///
/// The first SIGTERM, SIGINT or SIGHUP drains: nothing more is taken, what is in hand is finished within the grace. What is not
/// finished then is given up; its source delivers it again. A second signal ends the process at once.
package struct ServiceRunner {
    private let grace: Duration
    private let logger: Logger
    private let lifecycle: WorkerLifecycle

    /// - Parameters:
    ///   - grace: How long what is in hand may take once it is to stop.
    ///   - logger: Told of signals.
    ///   - lifecycle: Told of the first signal; may also ask for the drain itself.
    package init(grace: Duration, logger: Logger, lifecycle: WorkerLifecycle = WorkerLifecycle()) {
        self.grace = grace
        self.logger = logger
        self.lifecycle = lifecycle
    }

    /// Runs `services` side by side; the first that ends, ends all.
    ///
    /// - Throws: What a service throws; `CommandFailure` when the grace was too short.
    package func run(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: EndNotingService(service: $0),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = grace
        let group = ServiceGroup(configuration: configuration)
        lifecycle.whenDraining { Task { await group.triggerGracefulShutdown() } }
        lifecycle.drainOnSignals(logger: logger)
        do {
            try await group.run()
        } catch is CancellationError {
            throw CommandFailure(
                "Not all that was in hand could be finished within the grace of \(grace); it will be delivered again."
            )
        }
    }
}

/// A service whose end tells whether it was finished: one that was cut off may return as if it were.
private struct EndNotingService: Service, CustomStringConvertible {
    let service: any Service

    var description: String { "\(service)" }

    func run() async throws {
        try await service.run()
        try Task.checkCancellation()
    }
}
