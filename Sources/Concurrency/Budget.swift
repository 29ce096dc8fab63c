import Synchronization

/// A budget of some unit (tasks, bytes of pixels) from which amounts are reserved: first come, first served in each lane, the
/// interactive one before the other.
///
/// An amount larger than the whole budget is admitted once nothing else is reserved, so that a single huge image is slow
/// rather than stuck for ever.
package final class Budget: Sendable {
    /// The total that may be reserved at the same time.
    package let limit: Int
    private let state: Mutex<BudgetState>
    private let onShortage: (@Sendable (Int) -> Void)?
    private let waitObservers = Mutex<[@Sendable (_ begins: Bool) -> Void]>([])

    /// Makes a budget.
    ///
    /// - Parameters:
    ///   - limit: Units in all; values below 1 count as 1.
    ///   - spare: Units beyond them that only the interactive lane may take.
    ///   - onShortage: Called with the amount wanted when it is not free, so that whoever holds reservations it can spare gives
    ///     them up.
    package init(limit: Int, spare: Int = 0, onShortage: (@Sendable (Int) -> Void)? = nil) {
        self.limit = max(1, limit)
        self.onShortage = onShortage
        self.state = Mutex(BudgetState(limit: self.limit, spare: spare))
    }

    /// The amount reserved now.
    package var reserved: Int { state.withLock { $0.reserved } }

    /// How many callers wait for their amount.
    package var waiting: Int { state.withLock(\.waiting) }

    /// Has `observer` called, from any thread, whenever a caller begins to wait for its amount, and when it waits no more.
    package func observeWaits(_ observer: @escaping @Sendable (_ begins: Bool) -> Void) {
        waitObservers.withLock { $0.append(observer) }
    }

    /// Reserves `amount` if it fits now and nobody waits before it; nil otherwise.
    ///
    /// Whoever holds reservations it can spare is asked for them first.
    package func reserveIfFree(_ amount: Int) -> Reservation? {
        let lane = Lane.current
        if state.withLock({ $0.requestNow(amount, lane: lane) }) { return Reservation(amount: amount, budget: self) }
        guard let onShortage, waiting == 0 else { return nil }
        onShortage(amount)
        return state.withLock { $0.requestNow(amount, lane: lane) } ? Reservation(amount: amount, budget: self) : nil
    }

    /// Waits until `amount` fits, and reserves it until the returned reservation is released.
    ///
    /// - Throws: `CancellationError` when the calling task is cancelled while it waits.
    package func reserve(_ amount: Int) async throws -> Reservation {
        if let free = reserveIfFree(amount) { return free }
        let observers = waitObservers.withLock(\.self)
        for observer in observers { observer(true) }
        defer {
            for observer in observers { observer(false) }
        }
        let (id, lane) = (state.withLock { $0.makeID() }, Lane.current)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let verdict = state.withLock { state in
                    // Asked under the lock: a cancellation before this is seen here, one after it finds the waiter.
                    Task.isCancelled
                        ? .cancelled
                        : state.request(id: id, amount: amount, lane: lane, continuation: continuation)
                }
                switch verdict {
                case .admitted: continuation.resume()
                case .cancelled: continuation.resume(throwing: CancellationError())
                case .waits: onShortage?(amount)
                }
            }
        } onCancel: {
            let (cancelled, admitted) = state.withLock { $0.cancel(id: id) }
            cancelled?.resume(throwing: CancellationError())
            for continuation in admitted {
                continuation.resume()
            }
        }
        return Reservation(amount: amount, budget: self)
    }

    fileprivate func release(_ amount: Int) {
        let admitted = state.withLock { $0.release(amount) }
        for continuation in admitted {
            continuation.resume()
        }
    }

    /// An amount taken from a budget, given back when the last reference goes or on ``release()``, whichever is first.
    package final class Reservation: Sendable {
        private let amount: Mutex<Int>
        private let budget: Budget

        fileprivate init(amount: Int, budget: Budget) {
            self.amount = Mutex(amount)
            self.budget = budget
        }

        deinit {
            release()
        }

        /// Whether somebody waits for what is reserved here.
        package var isWanted: Bool { budget.waiting > 0 }

        /// Gives back what is reserved beyond `rest`.
        package func shrink(to rest: Int) {
            let surplus = self.amount.withLock { amount in
                let surplus = amount - max(0, rest)
                if surplus > 0 { amount -= surplus }
                return surplus
            }
            if surplus > 0 { budget.release(surplus) }
        }

        /// Gives the amount back; a second call does nothing.
        package func release() {
            let amount = self.amount.withLock { amount in
                defer { amount = 0 }
                return amount
            }
            if amount > 0 { budget.release(amount) }
        }
    }
}
