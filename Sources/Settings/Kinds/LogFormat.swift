/// The form of log messages.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, else JSON.
    case auto
    case text
    case json
}
