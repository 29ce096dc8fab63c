package import Pipeline
package import ServiceLifecycle

/// A worker put together, wherever its tasks come from.
package protocol WorkerService: Service, CustomStringConvertible {
    /// Outcomes and durations since the start.
    var statistics: WorkerStatistics { get }
}
