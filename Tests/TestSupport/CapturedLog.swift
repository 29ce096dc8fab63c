package import Logging
import Synchronization

/// A log that a test can read.
package final class CapturedLog: Sendable {
    private let lines = Mutex<[String]>([])

    /// Makes an empty log.
    package init() {}

    /// Writes into this log, warnings and worse.
    package var logger: Logger { logger(from: .warning) }

    /// Writes into this log what is at least so important.
    package func logger(from level: Logger.Level) -> Logger {
        Logger(label: "captured") { _ in Handler(log: self, logLevel: level) }
    }

    /// Every message so far with its metadata.
    package var warnings: [String] { lines.withLock { $0 } }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.message) \(event.metadata ?? [:])"
            log.lines.withLock { $0.append(text) }
        }
    }
}
