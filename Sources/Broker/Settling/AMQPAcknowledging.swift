package import Transport

/// Acknowledges deliveries and gives them back; narrower than a connection, so that tests can stand in.
package protocol AMQPAcknowledging: Sendable {
    /// Acknowledges a delivery: the broker forgets it.
    @discardableResult
    func ack(_ delivery: AMQPDelivery) -> AMQPSettlementOutcome

    /// Gives a delivery back; with `requeue` it goes to its queue again.
    @discardableResult
    func nack(_ delivery: AMQPDelivery, requeue: Bool) -> AMQPSettlementOutcome

    /// Whether a delivery can still be settled; one whose channel is gone is delivered again.
    func holds(_ delivery: AMQPDelivery) -> Bool
}
