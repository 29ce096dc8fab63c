package import Logging
import Synchronization
import Telemetry

/// Shows how far a number of images has come: a bar on a terminal, else a line every few seconds, or a message of the log now and then.
///
/// Safe to call from anywhere; what is shown is decided by ``ProgressState``.
package final class ProgressBar: Sendable {
    private let state: Mutex<ProgressState>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger?
    private let write: @Sendable (String) -> Void

    /// Makes a bar; nothing is shown yet.
    ///
    /// - Parameters:
    ///   - label: What is being done.
    ///   - total: How many images there are; nil when nobody knows.
    ///   - unit: What they are called, when they are no images.
    ///   - terminal: What the output can show.
    ///   - logger: Told instead of the output when that is no terminal: lines of text have no place among a role's messages.
    ///   - now: The clock.
    ///   - write: Writes text as it is; standard error when left out.
    package init(
        label: String,
        total: Int?,
        unit: String = "images",
        terminal: Terminal = .error,
        logger: Logger? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        write: @escaping @Sendable (String) -> Void = { Output.error.offer($0) }
    ) {
        self.now = now
        self.logger = terminal.isInteractive ? nil : logger
        self.write = write
        self.state = Mutex(
            ProgressState(
                label: label,
                total: total,
                unit: unit,
                terminal: terminal,
                isLogged: self.logger != nil,
                startedAt: now()
            )
        )
    }

    /// The bar of a role that runs for long; nil where nobody looks at a terminal: the role's log says then how far it is.
    package static func ofRole(_ label: String) -> ProgressBar? {
        LoggingSetup.isForPeople ? ProgressBar(label: label, total: nil) : nil
    }

    /// Says how many images are done; shows it when it is time to.
    package func update(done: Int) {
        let now = now()
        state.withLock { state in
            if let text = state.update(done: done, now: now) { show(text) }
        }
    }

    /// Shows the end; later updates show nothing.
    package func finish() {
        let now = now()
        state.withLock { state in
            if let text = state.finish(now: now) { show(text) }
        }
    }

    private func show(_ text: String) {
        if let logger {
            logger.info("Progress", metadata: [LogKey.status: "\(text)"])
        } else {
            write(text)
        }
    }
}
