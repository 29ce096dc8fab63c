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
        // More than days is of no interest, and must not overflow.
        let whole = Int(min(value.rounded(.up), 359_999))
        let pair = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let rest = "\(pair(whole / 60 % 60)):\(pair(whole % 60))"
        return whole >= 3_600 ? "\(whole / 3_600):\(rest)" : rest
    }
}
