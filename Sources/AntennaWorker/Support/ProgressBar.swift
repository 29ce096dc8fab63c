import Logging
import Pipeline
import Synchronization
import Telemetry

/// Shows how far a number of images has come: a bar on a terminal, else a line every few seconds, or a message of the log now and then.
///
/// Safe to call from anywhere; what is shown is decided by ``ProgressState``.
final class ProgressBar: Sendable {
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
    init(
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
    static func ofRole(_ label: String) -> ProgressBar? {
        Terminal.error.isInteractive ? ProgressBar(label: label, total: nil) : nil
    }

    /// Says how many images are done; shows it when it is time to.
    func update(done: Int) {
        let now = now()
        state.withLock { state in
            if let text = state.update(done: done, now: now) { show(text) }
        }
    }

    /// Shows the end; later updates show nothing.
    func finish() {
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

/// Decides when progress is shown, and what it looks like.
struct ProgressState: Sendable {
    private let label: String
    private let total: Int?
    private let unit: String
    private let terminal: Terminal
    private let isLogged: Bool
    private let startedAt: ContinuousClock.Instant
    private var done = 0
    private var shownAt: ContinuousClock.Instant?
    private var isFinished = false

    /// Often enough to look alive, seldom enough to cost nothing.
    private var interval: Duration {
        if isLogged { return .seconds(60) }
        return terminal.isInteractive ? .milliseconds(100) : .seconds(5)
    }

    /// Starts with nothing done.
    init(
        label: String,
        total: Int?,
        unit: String = "images",
        terminal: Terminal,
        isLogged: Bool = false,
        startedAt: ContinuousClock.Instant
    ) {
        self.label = label
        self.total = total
        self.unit = unit
        self.terminal = terminal
        self.isLogged = isLogged
        self.startedAt = startedAt
    }

    /// Takes in the number of images done so far; a smaller one than before is ignored.
    ///
    /// - Returns: What to write now, if anything.
    mutating func update(done: Int, now: ContinuousClock.Instant) -> String? {
        self.done = max(self.done, done)
        guard !isFinished else { return nil }
        if let shownAt, now - shownAt < interval { return nil }
        shownAt = now
        return shown(now: now)
    }

    /// Ends the progress.
    ///
    /// - Returns: The last line, nil when it was written before.
    mutating func finish(now: ContinuousClock.Instant) -> String? {
        guard !isFinished else { return nil }
        isFinished = true
        return terminal.isInteractive ? "\(shown(now: now))\n" : shown(now: now)
    }

    private func shown(now: ContinuousClock.Instant) -> String {
        if terminal.isInteractive { return "\r\(line(now: now))\u{1B}[K" }
        return isLogged ? line(now: now) : "\(line(now: now))\n"
    }

    /// The line without control characters.
    func line(now: ContinuousClock.Instant) -> String {
        let elapsed = seconds(now - startedAt)
        let rate = elapsed > 0 ? Double(done) / elapsed : 0
        var parts = [total.map { "\(done)/\($0) \(unit)" } ?? "\(done) \(unit)", "\(decimal(rate)) \(unit)/s"]
        if isFinished {
            parts.append("in \(clock(elapsed))")
        } else if let total, done > 0, done < total {
            parts.append("ETA \(clock(Double(total - done) / rate))")
        }
        return "\(label) \(bar())\(parts.joined(separator: "  "))"
    }

    private func bar() -> String {
        let width = min(30, terminal.columns - label.count - 50)
        guard terminal.isInteractive, let total, total > 0, width >= 5 else { return "" }
        let filled = min(width, width * done / total)
        let bar = String(repeating: "━", count: filled)
        return terminal.styled(bar, .green) + String(repeating: "─", count: width - filled) + " "
    }

    private func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    private func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Minutes and seconds, hours where there are any.
    private func clock(_ value: Double) -> String {
        // Days of waiting are as good as for ever, and must not overflow.
        let whole = Int(min(value.rounded(.up), 359_999))
        let pair = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let rest = "\(pair(whole / 60 % 60)):\(pair(whole % 60))"
        return whole >= 3_600 ? "\(whole / 3_600):\(rest)" : rest
    }
}
