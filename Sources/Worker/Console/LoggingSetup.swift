package import Logging
package import Settings
import Synchronization

/// Sets swift-log up for the process.
package enum LoggingSetup {
    private static let formatInForce = Mutex<WorkerLogHandler.Format?>(nil)

    /// Whether people read the log on a terminal, where progress and reports may stand between its lines.
    static var isForPeople: Bool {
        switch formatInForce.withLock({ $0 }) {
        case .text(let terminal): terminal.isInteractive
        case .json: false
        case nil: Terminal.error.isInteractive
        }
    }

    /// Sends all loggers to standard error.
    ///
    /// To be called once, before the first logger is made.
    package static func bootstrap(_ settings: LogSettings.Values) {
        let format = format(settings.format, on: .error)
        formatInForce.withLock { $0 = format }
        LoggingSystem.bootstrap { handler(label: $0, level: settings.level.logger, format: format) }
    }

    /// The log for why a role ends, as that may be before a log is set up.
    ///
    /// - Parameter settings: What is known of the settings, for a log that is not set up.
    /// - Returns: nil where people read the log on a terminal, and get sentences.
    package static func lastWords(_ settings: LogSettings.Values) -> Logger? {
        let format = formatInForce.withLock { $0 } ?? format(settings.format, on: .error)
        if case .text(let terminal) = format, terminal.isInteractive { return nil }
        return Logger(label: "antenna-worker") { handler(label: $0, level: settings.level.logger, format: format) }
    }

    /// The form of lines for a setting, on an output.
    static func format(_ setting: LogFormat, on terminal: Terminal) -> WorkerLogHandler.Format {
        switch setting {
        case .auto: terminal.isInteractive ? .text(terminal) : .json
        case .text: .text(terminal)
        case .json: .json
        }
    }

    private static func handler(
        label: String,
        level: Logger.Level,
        format: WorkerLogHandler.Format
    ) -> WorkerLogHandler {
        WorkerLogHandler(label: label, level: level, format: format, keep: .process) { Output.error.offer($0) }
    }
}
