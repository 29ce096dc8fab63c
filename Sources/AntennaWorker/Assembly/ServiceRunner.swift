import Dispatch
import Foundation
import Logging
import Pipeline
import ServiceLifecycle

/// Runs services until they end or a signal stops them.
///
/// The first SIGTERM or SIGINT drains: nothing more is taken, what is in hand is finished within the grace. What is not
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
        let signals = StopSignals { [life] in
            logger.notice("Draining: finishing what is in hand; a second signal stops at once")
            life.drain()
        } onSecond: {
            exitAtOnce(ExitStatus.interruptedTwice)
        }
        defer { signals.stop() }
        do {
            try await group.run()
        } catch is CancellationError {
            throw CommandFailure(
                "Not all that was in hand could be finished within the grace of \(grace); it will be delivered again."
            )
        }
    }
}

/// Ends the process without running anything that is left.
private func exitAtOnce(_ status: Int32) -> Never {
    _exit(status)
}

/// Listens for SIGTERM and SIGINT.
///
/// `@unchecked Sendable`: the sources are made in the initializer and only cancelled afterwards, which Dispatch allows from any thread.
private final class StopSignals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]

    /// Starts to listen, instead of what the signals do by themselves.
    init(onFirst: @escaping @Sendable () -> Void, onSecond: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "signals")
        let count = SignalCount()
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard count.isFirst() else { return onSecond() }
                onFirst()
            }
            source.resume()
            return source
        }
    }

    func stop() {
        for source in sources {
            source.cancel()
        }
    }
}

/// Counts signals; used on the signals' serial queue only, which is its guard.
private final class SignalCount: @unchecked Sendable {
    private var count = 0

    func isFirst() -> Bool {
        count += 1
        return count == 1
    }
}
