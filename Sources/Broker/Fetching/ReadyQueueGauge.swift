package import Concurrency
package import Logging
import Pipeline
import Synchronization
import Telemetry
package import Transport

/// Watches how deep the ready queues are, so that images are not fetched faster than they are analysed.
///
/// The broker is asked once a second; in between the tasks count that were passed on since, and those on their way. So the pixels in
/// Redis stay within the limit, but for what other fetch workers add between two looks.
package final class ReadyQueueGauge: Sendable {
    private struct Depth {
        /// At the latest look.
        var seen = 0
        /// Passed on since that look began.
        var passed = 0
        var isClosed = false
    }

    private let connection: AMQPConnection
    private let pipelines: [String]
    private let limit: Int
    private let interval: Duration
    private let clock: WaitClock
    private let logger: Logger
    private let state = Mutex<[String: Depth]>([:])

    /// Makes a gauge that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - connection: Where the queues are; the fetch role's own, so that both are away together.
    ///   - pipelines: Whose ready queues.
    ///   - limit: Messages in a ready queue, and on their way there, from which on its pipeline's tasks wait.
    ///   - interval: The time between two looks.
    ///   - clock: What is waited by.
    ///   - logger: Told at debug level of looks that fail.
    package init(
        connection: AMQPConnection,
        pipelines: [String],
        limit: Int,
        interval: Duration = .seconds(1),
        clock: WaitClock = WaitClock(),
        logger: Logger
    ) {
        self.connection = connection
        self.pipelines = pipelines
        self.limit = max(1, limit)
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// Why one more task of a queue's pipeline is not fetched, in a sentence; nil when there is no obstacle.
    ///
    /// Closes at the limit, opens below four fifths of it, so that a queue at the limit does not flap.
    ///
    /// - Parameters:
    ///   - queue: A task queue.
    ///   - underWay: Tasks that are being fetched, and will be passed on.
    /// - Returns: The sentence.
    package func obstacle(to queue: TaskQueueName, underWay: Int) -> String? {
        state.withLock { state in
            let depth = state[queue.pipeline, default: Depth()]
            let total = depth.seen + depth.passed + underWay
            let isClosed = total >= limit || depth.isClosed && total * 5 >= limit * 4 && total > 0
            state[queue.pipeline, default: Depth()].isClosed = isClosed
            guard isClosed else { return nil }
            return "\(TaskQueueName(.ready, pipeline: queue.pipeline)) is full, and nobody takes what is ready"
        }
    }

    /// A task was passed on to a ready queue.
    func passed(to pipeline: String) {
        state.withLock { $0[pipeline, default: Depth()].passed += 1 }
    }

    /// Messages in the ready queues at the last look, by pipeline.
    package var depths: [String: Int] { state.withLock { $0.mapValues(\.seen) } }

    /// Looks now and then, until cancelled.
    package func run() async {
        while true {
            do {
                // First, because whoever consumes declares the queues.
                try await clock.sleep(for: interval)
            } catch {
                return
            }
            for pipeline in pipelines { await look(at: pipeline) }
        }
    }

    private func look(at pipeline: String) async {
        let before = state.withLock { $0[pipeline]?.passed ?? 0 }
        do throws(TransportError) {
            let queue = TaskQueueName(.ready, pipeline: pipeline)
            note(try await connection.status(ofQueue: "\(queue)").messages, of: pipeline, passedBefore: before)
        } catch {
            // Publishing there says it louder, and only a look that succeeded changes anything.
            logger.debug("A ready queue cannot be looked at", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Takes what the broker says: it counts what was passed on before it was asked.
    func note(_ depth: Int, of pipeline: String, passedBefore: Int) {
        state.withLock { state in
            state[pipeline, default: Depth()].seen = max(0, depth)
            state[pipeline, default: Depth()].passed -= passedBefore
        }
    }
}
