package import Telemetry

/// Counts of a poster since its start.
package struct ResultStatistics: Sendable {
    /// Results that the server has taken, those from the spool included.
    package let posted = AntennaMetrics.results.tally("posted")
    /// Results put into the spool.
    package let spooled = AntennaMetrics.results.tally("spooled")
    /// Results that the server will never take.
    package let refused = AntennaMetrics.results.tally("refused")
    /// Attempts to keep a result that found the spool's own limit reached.
    let spoolFull = AntennaMetrics.spoolFailures.tally("full")
    /// Attempts to keep a result for which the disk had no room.
    let diskFull = AntennaMetrics.spoolFailures.tally("disk_full")
    /// Attempts to keep a result that the file system failed otherwise.
    let spoolBroken = AntennaMetrics.spoolFailures.tally("file_system")
    /// Results that the server was given a second time, since it had delivered their tasks again.
    package let repeated = AntennaMetrics.results.tally("repeated")

    /// Counts a result that could not be kept on disk.
    func spoolFailed(_ code: SpoolErrorCode) {
        switch code {
        case .full: spoolFull.add()
        case .diskFull: diskFull.add()
        case .fileSystem, .damaged, .untrusted: spoolBroken.add()
        }
    }
}
