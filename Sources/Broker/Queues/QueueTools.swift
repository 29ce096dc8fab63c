import Concurrency
package import Logging
package import Pipeline
import Synchronization
import Telemetry
package import Transport

/// Looks at a fleet's queues and puts things into them, for people at a command line.
package struct QueueTools: Sendable {
    /// How a queue is.
    package struct QueueReport: Sendable, Hashable {
        /// The queue.
        package let queue: TaskQueueName
        /// Messages ready and consumers attached; nil when there is no such queue.
        package let status: AMQPQueueStatus?
    }

    /// How an enqueueing ended.
    package struct EnqueueReport: Sendable, Hashable {
        /// Tasks that the broker has confirmed.
        package var confirmed = 0
        /// Tasks that it would not take, with the reason; at most the first hundred.
        package var failures: [String] = []
        /// All tasks that it would not take.
        package var failed = 0
    }

    let connection: AMQPConnection
    let logger: Logger

    /// Makes the tools over a connection, which stays the caller's.
    package init(connection: AMQPConnection, logger: Logger) {
        self.connection = connection
        self.logger = logger
    }

    /// Declares the queues of a pipeline: tasks and ready of both lanes, and dead letters.
    ///
    /// - Throws: ``TransportError`` when that is refused and they are not there either.
    package func declare(pipeline: String) async throws {
        for queue in TaskQueueName.all(of: pipeline) where queue.kind != .dead {
            let wanted = AMQPTopology.declarations(for: queue)
            for difference in try await AMQPTopology.ensure(wanted, on: connection) {
                logger.warning(
                    "Queues or exchanges on RabbitMQ are not as they should be",
                    metadata: [LogKey.pipeline: "\(pipeline)", LogKey.error: "\(difference)"]
                )
            }
        }
    }

    /// Puts tasks into the queues of their pipelines; every one counted as confirmed is the broker's.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, read as they can be published.
    ///   - replyTo: Where results of tasks without a reply subject go.
    ///   - inFlight: Tasks published and not confirmed, at most.
    ///   - progress: Called after each task with the counts so far.
    /// - Returns: How it ended.
    /// - Throws: What `tasks` throws; those read before are published then.
    package func enqueue<Tasks: AsyncSequence & Sendable>(
        _ tasks: Tasks,
        replyTo: String? = nil,
        inFlight: Int = 256,
        progress: @escaping @Sendable (EnqueueReport) -> Void = { _ in }
    ) async throws -> EnqueueReport where Tasks.Element == ImageTask {
        let places = Budget(limit: inFlight)
        let tally = Tally()
        try await withThrowingDiscardingTaskGroup { group in
            for try await task in tasks {
                let place = try await places.reserve(1)
                group.addTask {
                    let failure = await publish(task, replyTo: replyTo)
                    place.release()
                    progress(tally.count(failure))
                }
            }
        }
        return tally.report
    }

    /// How the queues of pipelines are.
    ///
    /// - Throws: ``TransportError`` when the broker is away.
    package func status(of pipelines: [String]) async throws(TransportError) -> [QueueReport] {
        var reports: [QueueReport] = []
        for pipeline in pipelines {
            for queue in TaskQueueName.all(of: pipeline) {
                reports.append(QueueReport(queue: queue, status: try await status(of: queue)))
            }
        }
        return reports
    }

    private func status(of queue: TaskQueueName) async throws(TransportError) -> AMQPQueueStatus? {
        do throws(TransportError) {
            return try await connection.status(ofQueue: "\(queue)")
        } catch  where error.code == .notFound {
            return nil
        }
    }

    private func publish(_ task: ImageTask, replyTo: String?) async -> String? {
        let queue = TaskQueueName(.tasks, pipeline: task.pipeline, lane: task.lane)
        do throws(TransportError) {
            try await connection.publish(TaskMessage.encode(task, replyTo: replyTo), routingKey: "\(queue)")
            return nil
        } catch {
            return "task \(task.id) to \(queue): \(error)"
        }
    }
}

/// Counts from many tasks.
private final class Tally: Sendable {
    private let state = Mutex(QueueTools.EnqueueReport())

    var report: QueueTools.EnqueueReport { state.withLock { $0 } }

    func count(_ failure: String?) -> QueueTools.EnqueueReport {
        state.withLock { report in
            if let failure {
                report.failed += 1
                if report.failures.count < 100 { report.failures.append(failure) }
            } else {
                report.confirmed += 1
            }
            return report
        }
    }
}
