package import Telemetry

/// Counts of deliveries since the start, by outcome.
package struct DeliveryStatistics: Sendable {
    /// Tasks whose result was published and confirmed.
    package let answered = BrokerMetrics.settlements.tally("answered")
    /// Tasks passed on to another queue.
    package let passedOn = BrokerMetrics.settlements.tally("passed_on")
    /// Deliveries given back.
    package let givenBack = BrokerMetrics.settlements.tally("given_back")
    /// Messages sent to the dead letters.
    package let deadLettered = BrokerMetrics.settlements.tally("dead_lettered")
    /// Redeliveries acknowledged because their result was out already.
    package let recognised = BrokerMetrics.settlements.tally("recognised")
    /// Acknowledgements that came after the loss of their connection.
    package let stale = BrokerMetrics.settlements.tally("stale")
    /// Deliveries of tasks that had been delivered before.
    package let redelivered = BrokerMetrics.redeliveries.tally()
}
