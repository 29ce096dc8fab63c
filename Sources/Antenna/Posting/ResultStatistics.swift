package import Telemetry

/// Counts of a poster since its start.
package struct ResultStatistics: Sendable {
    /// Results that the server has taken, those from the spool included.
    package let posted = AntennaMetrics.results.tally("posted")
    /// Results put into the spool.
    package let spooled = AntennaMetrics.results.tally("spooled")
    /// Results that the server will never take.
    package let refused = AntennaMetrics.results.tally("refused")
    /// Results that the server was given a second time, since it had delivered their tasks again.
    package let repeated = AntennaMetrics.results.tally("repeated")
}
