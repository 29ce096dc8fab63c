/// How a server wants to be spoken to.
package enum AntennaDialect: String, Sendable, Hashable, CaseIterable {
    /// Since 2026-04: `POST tasks/`, results as an object.
    case current
    /// Before: `GET tasks?batch=N`, results as a bare list.
    case legacy
}
