package import Logging
import Synchronization
import Threading
package import Transport

/// Watches how deep the ready queues are, so that images are not fetched faster than they are analysed.
package final class ReadyQueueGauge: Sendable {
    private struct State {
        var depths: [String: Int] = [:]
        var closed: Set<String> = []
    }

    private let connection: AMQPConnection
    private let pipelines: [String]
    private let limit: Int
    private let interval: Duration
    private let timeline: Timeline
    private let logger: Logger
    private let state = Mutex(State())

    /// Makes a gauge that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - connection: Where the queues are; the fetch role's own, so that both are away together.
    ///   - pipelines: Whose ready queues.
    ///   - limit: Messages in a ready queue from which on its pipeline's tasks wait.
    ///   - interval: The time between two looks.
    ///   - clock: What is waited by.
    ///   - logger: Hears when a queue becomes too deep, and when it no longer is.
    package init<C: Clock>(
        connection: AMQPConnection,
        pipelines: [String],
        limit: Int,
        interval: Duration = .seconds(1),
        clock: C = ContinuousClock(),
        logger: Logger
    ) where C.Duration == Duration {
        self.connection = connection
        self.pipelines = pipelines
        self.limit = max(1, limit)
        self.interval = interval
        self.timeline = Timeline(clock)
        self.logger = logger
    }

    /// Whether tasks of a queue's pipeline may be fetched: its ready queue is shallow, or was never seen.
    package func isOpen(_ queue: TaskQueueName) -> Bool {
        state.withLock { !$0.closed.contains(queue.pipeline) }
    }

    /// Messages in the ready queues at the last look, by pipeline.
    package var depths: [String: Int] { state.withLock(\.depths) }

    /// Looks now and then, until cancelled.
    package func run() async {
        while true {
            do {
                // First, because whoever consumes declares the queues.
                try await timeline.sleep(for: interval)
            } catch {
                return
            }
            for pipeline in pipelines { await look(at: pipeline) }
        }
    }

    private func look(at pipeline: String) async {
        do throws(TransportError) {
            let queue = TaskQueueName(.ready, pipeline: pipeline)
            let depth = try await connection.status(ofQueue: "\(queue)").messages
            note(depth, of: pipeline)
        } catch {
            // Publishing there says it louder, and only a look that succeeded changes anything.
            logger.debug("A ready queue cannot be looked at", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Closes at the limit, opens below four fifths of it, so that a queue at the limit does not flap.
    func note(_ depth: Int, of pipeline: String) {
        let changed = state.withLock { state -> Bool in
            state.depths[pipeline] = depth
            if depth >= limit { return state.closed.insert(pipeline).inserted }
            if depth * 5 < limit * 4 || depth == 0 { return state.closed.remove(pipeline) != nil }
            return false
        }
        guard changed else { return }
        logger.notice(
            depth >= limit ? "The ready queue is full; no more images are fetched" : "The ready queue has room again",
            metadata: [LogKey.pipeline: "\(pipeline)", LogKey.count: "\(depth)"]
        )
    }
}
