import Concurrency
import Pipeline
import Synchronization
import Telemetry
import Transport

/// Tasks that the broker has taken back while they were in hand: after a consumer timeout, or with a connection.
extension AMQPTaskSettler {
    /// Whether a task's latest delivery can be settled no more: it comes again, to this worker or another.
    func isGone(_ id: UInt64) -> Bool {
        state.withLock { $0.deliveries.latest(id).map { !acknowledger.holds($0) } ?? false }
    }

    /// Ends a task whose delivery is gone: its result is kept for the next one, and nothing is published that another worker publishes, too.
    ///
    /// - Returns: Whether it was gone; else the task is to be settled.
    func letGo(_ delivery: AMQPTaskDelivery, keeping result: EncodedResult?) -> Bool {
        let isGone = state.withLock { state in
            guard let latest = state.deliveries.latest(delivery.id), !acknowledger.holds(latest) else { return false }
            _ = state.deliveries.release(delivery.id) { _ in true }
            if let result { state.kept.add(result, of: delivery.key) }
            state.outstanding -= 1
            return true
        }
        if isGone {
            statistics.stale.add()
            settled.notify()
        }
        return isGone
    }

    /// Removes a task that was not begun from the state, to be given back in another way than by settling it.
    ///
    /// - Returns: Its deliveries, the latest last, and how often it was tried.
    func takeOut(_ id: UInt64) -> (deliveries: [AMQPDelivery], tried: Int) {
        defer { settled.notify() }
        return state.withLock { state in
            state.outstanding -= 1
            let tried = state.deliveries.tried(id)
            return (state.deliveries.release(id) { !acknowledger.holds($0) }, tried)
        }
    }

    /// The result of a task that was done under a delivery that is gone.
    func takeKept(_ key: ResultKey) -> EncodedResult? {
        state.withLock { $0.kept.take(key) }
    }

    /// For how long the oldest delivery has been in hand that the broker has not taken back; nil when there is none.
    func oldestAge(now: ContinuousClock.Instant) -> Duration? {
        state.withLock { $0.deliveries.oldest { acknowledger.holds($0) } }.map { now - $0 }
    }
}
