import Broker
import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Relays tell each other of answers, so that each knows what the fleet still owes it.
extension Relay {
    /// How long a notice may take.
    private static let noticePatience = Duration.seconds(5)

    /// The queue for notices, which goes with its relay.
    private static func noticesQueue(of relay: String) -> String { "antenna.relay.\(relay)" }

    func makeNoticesSubscription() -> AMQPSubscription {
        let queue = Self.noticesQueue(of: settings.id)
        return AMQPSubscription(
            connection: consuming,
            queue: queue,
            prefetch: 100,
            declarations: [.queue(name: queue, durable: false, exclusive: true, autoDelete: true)],
            backoff: settings.backoff,
            logger: logger
        )
    }

    /// Ends the lease of a task whose result was posted, here or at the relay that holds it.
    ///
    /// A notice that is lost costs little: the other relay reserves less until the lease is over. So one that cannot go out now is left out:
    /// under an alarm they would pile up here, each with its result, and a drain would wait for them.
    func answered(_ taskID: String, _ ticket: RelayTicket) async {
        let key = TaskKey(jobID: ticket.jobID, taskID: taskID)
        if let lease = state.withLock({ $0.ledger.take(key) }) {
            await finish(lease)
            return
        }
        guard ticket.relay != settings.id, publishing.takesPublishes else { return }
        let notice = AMQPMessage(
            body: [],
            messageID: taskID,
            correlationID: seal.seal(ticket, of: taskID),
            isPersistent: false
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tell(ticket.relay, notice) }
            group.addTask { await self.clock.pause(for: Self.noticePatience, orUntil: self.draining.next) }
            await group.next()
            group.cancelAll()
        }
    }

    private func tell(_ relay: String, _ notice: AMQPMessage) async {
        do throws(TransportError) {
            try await publishing.publish(
                notice,
                exchange: "",
                routingKey: Self.noticesQueue(of: relay),
                mandatory: false
            )
        } catch {
            logger.debug("A relay could not be told of an answer", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Reads a notice of another relay.
    func heed(_ notice: AMQPDelivery) async {
        consuming.ack(notice)
        // One that no relay has written would have this one reserve more than the fleet can do.
        guard let taskID = notice.message.messageID, let text = notice.message.correlationID,
            let ticket = seal.open(text, of: taskID)
        else { return }
        let lease = state.withLock { $0.ledger.take(TaskKey(jobID: ticket.jobID, taskID: taskID)) }
        if let lease { await finish(lease) }
    }

    /// Gives up, once a second, leases that are over.
    func endLeases() async {
        while true {
            let change = draining.next
            if isDraining || Task.isCancelled { return }
            let expired = state.withLock { $0.ledger.takeExpired(at: .now) }
            statistics.expired.add(expired.count)
            for lease in expired { await settle(lease, .retry(reason: "not answered within its lease")) }
            if !expired.isEmpty {
                warnings.note(
                    "Leases ended before the fleet had answered; Antenna delivers their tasks again",
                    [LogKey.count: "\(expired.count)"]
                )
            }
            await clock.pause(for: .seconds(1), orUntil: change)
        }
    }

    func settle(_ lease: Lease, _ settlement: Settlement) async {
        do {
            try await lease.settle(settlement)
        } catch {
            logger.warning(
                "A lease could not be settled",
                metadata: [LogKey.taskID: "\(lease.task.id)", LogKey.error: "\(error)"]
            )
        }
    }

    /// The source counts the completion; the result itself was posted before.
    func finish(_ lease: Lease) async {
        await settle(lease, .completed(EncodedResult(taskID: lease.task.id, json: [], isError: false)))
    }
}
