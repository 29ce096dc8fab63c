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
    private let queues: [TaskQueueName]
    private let limit: Int
    private let interval: Duration
    private let clock: WaitClock
    private let logger: Logger
    private let state = Mutex<[TaskQueueName: Depth]>([:])

    /// Makes a gauge that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - connection: Where the queues are; the fetch role's own, so that both are away together.
    ///   - pipelines: Whose ready queues.
    ///   - limit: Messages in a ready queue, and on their way there, from which on the tasks wait that would go there.
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
        queues = pipelines.flatMap { TaskQueueName.both(.ready, of: $0) }
        self.limit = max(1, limit)
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// Why one more task of a queue is not fetched, in a sentence; nil when there is no obstacle.
    ///
    /// Closes at the limit, opens below four fifths of it, so that a queue at the limit does not flap.
    ///
    /// - Parameters:
    ///   - queue: A task queue.
    ///   - underWay: Tasks of it that are being fetched, and will be passed on.
    /// - Returns: The sentence.
    package func obstacle(to queue: TaskQueueName, underWay: Int) -> String? {
        let ready = queue.ready
        return state.withLock { state in
            let depth = state[ready, default: Depth()]
            let total = depth.seen + depth.passed + underWay
            let isClosed = total >= limit || depth.isClosed && total * 5 >= limit * 4 && total > 0
            state[ready, default: Depth()].isClosed = isClosed
            guard isClosed else { return nil }
            return "\(ready) is full, and nobody takes what is ready"
        }
    }

    /// A task was passed on to a ready queue.
    func passed(to queue: TaskQueueName) {
        state.withLock { $0[queue, default: Depth()].passed += 1 }
    }

    /// Messages in the ready queues at the last look.
    package var depths: [TaskQueueName: Int] { state.withLock { $0.mapValues(\.seen) } }

    /// Looks now and then, until cancelled.
    package func run() async {
        while true {
            do {
                // First, because whoever consumes declares the queues.
                try await clock.sleep(for: interval)
            } catch {
                return
            }
            for queue in queues { await look(at: queue) }
        }
    }

    private func look(at queue: TaskQueueName) async {
        let before = state.withLock { $0[queue]?.passed ?? 0 }
        do throws(TransportError) {
            note(try await connection.status(ofQueue: "\(queue)").messages, of: queue, passedBefore: before)
        } catch {
            // Publishing there says it louder, and only a look that succeeded changes anything.
            logger.debug("A ready queue cannot be looked at", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Takes what the broker says: it counts what was passed on before it was asked.
    func note(_ depth: Int, of queue: TaskQueueName, passedBefore: Int) {
        state.withLock { state in
            state[queue, default: Depth()].seen = max(0, depth)
            state[queue, default: Depth()].passed -= passedBefore
        }
    }
}
