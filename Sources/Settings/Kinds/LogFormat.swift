/// What messages look like.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, else JSON.
    case auto
    case text
    case json
}
