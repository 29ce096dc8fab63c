import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Gives back deliveries that nobody has begun, without making attempts of them.
///
/// Brokers before 4.3 count what is given back like what killed its worker, and after a few such counts a task goes to the dead letters. So a
/// copy goes to the end of the queue, which says how often the task was really tried, and the delivery is acknowledged. Should the
/// channel or the worker end in between, there are two of the task: so a copy is marked as one whose result may be out.
final class UncountedRequeue: Sendable {
    private let publisher: any AMQPPublishing
    private let acknowledger: any AMQPAcknowledging
    private let canPublish: @Sendable () -> Bool
    private let patience: Duration
    private let clock: WaitClock
    private let logger: Logger
    private let given: Tally
    /// Until when no copy is tried, as the broker did not confirm the last one in time: a drain would wait for each of hundreds.
    private let silentUntil = Mutex(Duration.zero)

    /// - Parameters:
    ///   - publisher: Publishes copies.
    ///   - acknowledger: Acknowledges and gives back.
    ///   - canPublish: Whether publishing is worth a try.
    ///   - given: Counts those that were given back.
    ///   - patience: How long it may take.
    ///   - clock: What is waited by.
    ///   - logger: Hears of each at debug level.
    init(
        publisher: any AMQPPublishing,
        acknowledger: any AMQPAcknowledging,
        canPublish: @escaping @Sendable () -> Bool,
        given: Tally,
        patience: Duration = .seconds(5),
        clock: WaitClock,
        logger: Logger
    ) {
        self.publisher = publisher
        self.acknowledger = acknowledger
        self.canPublish = canPublish
        self.given = given
        self.patience = patience
        self.clock = clock
        self.logger = logger
    }

    /// Gives a delivery back to its queue.
    ///
    /// - Parameters:
    ///   - delivery: The delivery.
    ///   - queue: Where it came from.
    ///   - tried: How often its task was tried, where more is known than the broker has counted.
    func giveBack(_ delivery: AMQPDelivery, to queue: TaskQueueName, tried: Int? = nil) async {
        // The broker has taken it back itself.
        guard acknowledger.holds(delivery) else { return }
        let copy = delivery.message.copy(tried: tried ?? delivery.attempts(from: "\(queue)"))
        let isHeard = canPublish() && clock.now >= silentUntil.withLock(\.self)
        let isCopied = isHeard ? await isPublished(copy, to: queue) : false
        if isCopied { acknowledger.ack(delivery) } else { acknowledger.nack(delivery, requeue: true) }
        given.add()
        logger.debug(
            "A task that nobody had begun was given back",
            metadata: [LogKey.taskID: "\(delivery.message.messageID ?? "")", LogKey.queue: "\(queue)"]
        )
    }

    private func isPublished(_ message: AMQPMessage, to queue: TaskQueueName) async -> Bool {
        let (publisher, clock, patience) = (self.publisher, self.clock, self.patience)
        let isPublished = await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                do throws(TransportError) {
                    try await publisher.publish(message, exchange: "", routingKey: "\(queue)", mandatory: true)
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                // Cut short once it is published.
                try? await clock.sleep(for: patience)
                return nil
            }
            let outcome = await group.next() ?? nil
            group.cancelAll()
            return outcome
        }
        if isPublished == nil { silentUntil.withLock { $0 = clock.now + patience } }
        return isPublished ?? false
    }
}
