import Logging
package import Settings
import Synchronization

/// Sets swift-log up for the process.
package enum LoggingSetup {
    private static let isDone = Atomic(false)

    /// Whether messages go where the settings say.
    package static var isInForce: Bool { isDone.load(ordering: .relaxed) }

    /// Sends all loggers to standard error.
    ///
    /// To be called once, before the first logger is made.
    package static func bootstrap(_ settings: LogSettings.Values) {
        let terminal = Terminal.error
        let format = format(settings.format, on: terminal)
        let level = settings.level.logger
        LoggingSystem.bootstrap { label in
            WorkerLogHandler(label: label, level: level, format: format, keep: .process) { line in
                Output.error.offer(line)
            }
        }
        isDone.store(true, ordering: .relaxed)
    }

    /// The form of lines for a setting, on an output.
    static func format(_ setting: LogFormat, on terminal: Terminal) -> WorkerLogHandler.Format {
        switch setting {
        case .auto: terminal.isInteractive ? .text(terminal) : .json
        case .text: .text(terminal)
        case .json: .json
        }
    }
}
