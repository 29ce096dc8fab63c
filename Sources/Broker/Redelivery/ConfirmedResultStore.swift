/// Remembers tasks whose result, or whose copy in the next queue, the broker has confirmed, so that a redelivery is acknowledged without being
/// done again.
///
/// Asked for redeliveries only. Forgetting is harmless: the result is computed and published once more, bit for bit the same.
package protocol ConfirmedResultStore: Sendable {
    /// Whether the result is known to be confirmed; `false` when in doubt.
    func contains(_ result: ResultKey) async -> Bool

    /// Remembers a confirmed result, as far as possible.
    func insert(_ result: ResultKey) async
}
