import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Results that no queue takes: one wrong reply subject must not stop the work for all others.
extension AMQPTaskSettler {
    /// Publishes a result; one that no queue takes is held apart.
    ///
    /// Returns when it is out or held. Where no more can be held its task goes to the dead letters, so that the work behind it goes on.
    func answerOrHold(_ delivery: AMQPTaskDelivery, with result: EncodedResult) async throws(TransportError) {
        let abandonments = publisher.abandonments
        do throws(TransportError) {
            try await answer(delivery, with: result)
        } catch  where error.code == .unroutable && publisher.mayGoOn(since: abandonments) {
            let began = publisher.now
            warn(error, about: delivery)
            guard hold(delivery, result, since: began) else {
                return try await deadLetter(
                    delivery,
                    reason: "no queue takes its result, which is for \(destination(of: delivery)), and \(held) such "
                        + "results are held already: \(error.message)"
                )
            }
            Task { await tryAgain(delivery, result, error, since: began, abandonments) }
        }
    }

    /// Tasks of a queue whose result is held.
    func held(from queue: TaskQueueName) -> Int {
        state.withLock { $0.held.count(from: queue) }
    }

    /// All tasks whose result is held.
    var held: Int { state.withLock(\.held.count) }

    /// Why results and dead letters do not go out, in a sentence; nil when there is no obstacle.
    var problem: String? {
        let now = publisher.now
        return state.withLock { $0.held.problem(now: now) } ?? publisher.problem
    }

    private func destination(of delivery: AMQPTaskDelivery) -> UnroutableResults.Destination {
        UnroutableResults.Destination(exchange: results.exchange, routingKey: delivery.message.task.replySubject)
    }

    /// Holds a task apart, and says whether there is room for it.
    private func hold(_ delivery: AMQPTaskDelivery, _ result: EncodedResult, since now: Duration) -> Bool {
        let destination = destination(of: delivery)
        let bytes = result.json.count + delivery.message.original.body.count
        defer {
            settled.notify()
            heldChanged.notify()
        }
        return state.withLock {
            $0.held.add(delivery.id, from: delivery.queue, to: destination, bytes: bytes, since: now)
        }
    }

    /// Publishes until a queue is there, for as long as that is wanted; then the task is a dead letter.
    private func tryAgain(
        _ delivery: AMQPTaskDelivery,
        _ result: EncodedResult,
        _ error: TransportError,
        since began: Duration,
        _ abandonments: Int
    ) async {
        let deadline = began + unroutablePatience
        var failures = 1
        do throws(TransportError) {
            defer {
                state.withLock { $0.held.remove(delivery.id) }
                settled.notify()
                heldChanged.notify()
            }
            while publisher.now < deadline {
                await publisher.pause(for: min(publisher.delay(failures: failures), deadline - publisher.now))
                guard publisher.mayGoOn(since: abandonments) else { throw error }
                // Its task comes again, here or at another worker, which answers it or buries it.
                if letGo(delivery, keeping: result) { return }
                do throws(TransportError) {
                    return try await answer(delivery, with: result)
                } catch  where error.code == .unroutable {
                    failures += 1
                }
            }
            try await deadLetter(
                delivery,
                reason: "no queue took its result in \(unroutablePatience.components.seconds) s, which is for "
                    + "\(destination(of: delivery)): \(error.message)"
            )
        } catch {
            giveBackInBackground(delivery, reason: error.description)
        }
    }

    private func warn(_ error: TransportError, about delivery: AMQPTaskDelivery) {
        let subject = delivery.message.task.replySubject
        warnings.note(
            "No queue takes a result; it is held for a while, and then its task goes to the dead letters",
            of: "unroutable \(subject)",
            [
                LogKey.taskID: "\(delivery.message.task.id)", LogKey.exchange: "\(results.exchange)",
                LogKey.routingKey: "\(subject)", LogKey.error: "\(error)",
            ]
        )
    }
}
