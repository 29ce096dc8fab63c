/// The outcome of posting one result.
package enum PostOutcome: Sendable {
    /// The server has taken it.
    case taken
    /// The server will never take it.
    case refused(AntennaError)
    /// It could not be posted now.
    case later(AntennaError)

    /// The verdict on a result in a server's 200.
    package init(refusal: AntennaError?) {
        self = refusal.map(PostOutcome.refused) ?? .taken
    }
}
