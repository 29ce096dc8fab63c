import FoundationEssentials
import JSON
import Logging
import Transport

/// Writes messages as one line of text for people, or one JSON object a line for machines.
struct WorkerLogHandler: LogHandler {
    /// The form of a line.
    enum Format: Sendable {
        case text(Terminal)
        case json
    }

    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: Format
    private let now: @Sendable () -> Date
    private let keep: RecentMessages?
    private let write: @Sendable (String) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: The logger's label.
    ///   - level: The least important messages to write.
    ///   - format: What a line looks like.
    ///   - now: The clock.
    ///   - keep: Keeps important messages for the live page.
    ///   - write: Writes a whole line, its line break included, in one go.
    init(
        label: String,
        level: Logger.Level,
        format: Format,
        now: @escaping @Sendable () -> Date = { Date() },
        keep: RecentMessages? = nil,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.now = now
        self.keep = keep
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var values = metadata
        if let provided = metadataProvider?.get() { values.merge(provided) { $1 } }
        if let given = event.metadata { values.merge(given) { $1 } }
        if let error = event.error { values["error"] = "\(error)" }
        let sorted = values.map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        keep?.add(level: event.level, text: "\(event.message)", details: sorted, at: now())
        switch format {
        case .text(let terminal): write(text(event, sorted, terminal))
        case .json: write(json(event, sorted))
        }
    }

    private func text(_ event: LogEvent, _ values: [(key: String, value: String)], _ terminal: Terminal) -> String {
        let time = now().formatted(Date.ISO8601FormatStyle().time(includingFractionalSeconds: true))
        let level = terminal.styled(event.level.rawValue.uppercased(), Self.style(of: event.level))
        let pairs = values.map { " \(terminal.styled("\($0.key.visible)=", .dim))\(Self.quoted($0.value))" }.joined()
        let message = "\(event.message)".visible
        return "\(terminal.styled(time, .dim)) \(level) \(message)\(pairs)\n"
    }

    private func json(_ event: LogEvent, _ values: [(key: String, value: String)]) -> String {
        let time = now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var members = [
            ("time", time), ("level", event.level.rawValue), ("logger", label), ("message", "\(event.message)"),
        ]
        // A key that is taken gets a prefix, so that no object has the same member twice.
        let taken = Set(members.map(\.0))
        members += values.map { (taken.contains($0.key) ? "metadata.\($0.key)" : $0.key, $0.value) }
        // Lines are read on terminals, too.
        var writer = JSONWriter(style: .line { $0.isInvisible })
        writer.object { writer in
            for (key, value) in members {
                writer.key(named: key)
                writer.string(value)
            }
        }
        return String(decoding: writer.finish() + [UInt8(ascii: "\n")], as: UTF8.self)
    }

    private static func style(of level: Logger.Level) -> Terminal.Style {
        switch level {
        case .trace, .debug: .dim
        case .info, .notice: .cyan
        case .warning: .yellow
        case .error, .critical: .red
        }
    }

    private static func quoted(_ value: String) -> String {
        let needsQuotes = value.isEmpty || value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        guard needsQuotes else { return value.visible }
        let parts = value.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"\(parts.joined(separator: "\\\"").visible)\""
    }
}
