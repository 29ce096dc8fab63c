package import Telemetry

/// Counts of a relay since its start.
package struct RelayStatistics: Sendable {
    /// Tasks put into the queues.
    package let published = RelayMetrics.published.tally()
    /// Results that Antenna has taken.
    package let posted = RelayMetrics.results.tally("posted")
    /// Results that were posted before.
    package let duplicates = RelayMetrics.results.tally("duplicate")
    /// Results that Antenna will never take, with the dead letters now.
    package let refused = RelayMetrics.results.tally("refused")
    /// Tasks whose lease ended without a result.
    package let expired = RelayMetrics.expired.tally()
}
