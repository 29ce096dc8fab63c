import Synchronization

/// A clock that stands still until the test moves it.
package final class TestClock: Clock, Sendable {
    /// Time since the clock was made.
    package struct Instant: InstantProtocol {
        /// Time since the clock was made.
        package let offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var watchers: [(id: UInt64, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func satisfiedWatchers() -> [CheckedContinuation<Void, Never>] {
            let count = sleepers.count
            defer { watchers.removeAll { $0.count <= count } }
            return watchers.filter { $0.count <= count }.map(\.continuation)
        }
    }

    private let state = Mutex(State())

    /// Starts at zero.
    package init() {}

    /// The current time.
    package var now: Instant { Instant(offset: state.withLock { $0.now }) }
    /// The finest step.
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Sleeps until the test has moved the clock there.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                enter(id, deadline: deadline.offset, continuation)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes whoever is due.
    ///
    /// - Parameter duration: How far.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Moves the clock to the moment when the next sleeper is due, and wakes it.
    package func advanceToNextSleeper() {
        let step = state.withLock { state in
            state.sleepers.values.map(\.deadline).min().map { $0 - state.now }
        }
        if let step { advance(by: step) }
    }

    /// Waits until at least so many sleep, or the task is cancelled.
    ///
    /// - Parameter count: How many.
    package func sleepers(_ count: Int = 1) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.sleepers.count >= count || Task.isCancelled { return true }
                    state.watchers.append((id, count, continuation))
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let watcher = state.withLock { state in
                state.watchers.firstIndex { $0.id == id }.map { state.watchers.remove(at: $0) }
            }
            watcher?.continuation.resume()
        }
    }

    private func enter(_ id: UInt64, deadline: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        enum Verdict {
            case sleeps
            case isDue
            case isCancelled
        }
        let (verdict, watchers): (Verdict, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            // Asked under the lock: a cancellation before this is seen here, one after it finds the sleeper.
            if Task.isCancelled { return (.isCancelled, []) }
            if deadline <= state.now { return (.isDue, []) }
            state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
            return (.sleeps, state.satisfiedWatchers())
        }
        switch verdict {
        case .sleeps: break
        case .isDue: continuation.resume()
        case .isCancelled: continuation.resume(throwing: CancellationError())
        }
        for watcher in watchers { watcher.resume() }
    }
}
