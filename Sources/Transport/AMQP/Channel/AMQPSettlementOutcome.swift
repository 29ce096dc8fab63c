/// The outcome of an attempt to acknowledge, reject or give back a delivery.
package enum AMQPSettlementOutcome: String, Sendable, Hashable {
    /// Handed to the connection's thread, which sends it. Should the connection end before, the broker delivers again.
    case accepted
    /// The channel it came on is gone; nothing is sent, and the broker delivers the message again.
    case stale
    /// It was settled before; nothing is sent.
    case alreadySettled
}
