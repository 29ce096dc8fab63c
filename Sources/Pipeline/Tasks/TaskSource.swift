package import Concurrency

/// Where tasks come from: Antenna's REST API, RabbitMQ's queues, one of them while the other is away, or files.
///
/// `run()` does the polling or consuming while somebody else pulls leases with `next()`; what is pulled and not yet settled
/// is bounded by the puller. A source bounds by itself what it holds and has not handed out.
package protocol TaskSource: Sendable {
    /// Polls or consumes until the source has ended: drained after ``drain()``, or empty where it was told to end then.
    ///
    /// - Throws: Only what no retry can fix, such as a refused token at start.
    func run() async throws

    /// The next task on loan, first in, first out in each lane.
    ///
    /// - Parameter lane: Takes tasks of this lane only; nil takes the interactive ones first.
    /// - Returns: The task; nil once the source has ended.
    func next(in lane: Lane?) async -> Lease?

    /// Takes no more tasks. Those already taken are handed out still, or given back where that is free of harm.
    func drain()
}

extension TaskSource {
    /// The next task of any lane.
    package func next() async -> Lease? { await next(in: nil) }
}
