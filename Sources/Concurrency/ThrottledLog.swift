package import Logging
import Synchronization
import Telemetry

/// A log for what may happen a thousand times a second: says one of a kind in a while, and how many there were.
package final class ThrottledLog: Sendable {
    private let logger: Logger
    private let clock: WaitClock
    private let throttle: Mutex<WarningThrottle>

    /// Makes a log in which nothing was said.
    ///
    /// - Parameters:
    ///   - logger: Where it is said.
    ///   - clock: What time is measured by.
    ///   - interval: The least time between two of a kind.
    package init(_ logger: Logger, clock: WaitClock, interval: Duration = .seconds(30)) {
        self.logger = logger
        self.clock = clock
        throttle = Mutex(WarningThrottle(interval: interval))
    }

    /// Says that something has happened, unless its like was said lately.
    ///
    /// - Parameters:
    ///   - sentence: What has happened.
    ///   - kind: What is its like; the sentence when this is left out.
    ///   - level: How bad it is.
    ///   - metadata: What else there is to say; `count` is added, unless it is there: how many there were since the last one that was
    ///     said, this one included.
    package func note(
        _ sentence: Logger.Message,
        of kind: String? = nil,
        level: Logger.Level = .warning,
        _ metadata: Logger.Metadata
    ) {
        guard let count = admit(kind ?? sentence.description) else { return }
        logger.log(level: level, sentence, metadata: metadata.merging([LogKey.count: "\(count)"]) { own, _ in own })
    }

    /// How many of a kind there were since the last one that was said, this one included; nil when this one is not to be said.
    package func admit(_ kind: String) -> Int? {
        let now = clock.now
        return throttle.withLock { $0.admit(kind, now: now) }.map { $0 + 1 }
    }
}
