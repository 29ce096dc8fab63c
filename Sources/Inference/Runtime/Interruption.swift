import Synchronization
import Telemetry

/// Ends the runs of an analysis before their time, from another thread.
///
/// It is raised once and for good: a run under way ends where its runtime looks next, between two operators, and none begins any more.
/// The models can be run again at once by whoever has another one.
package final class Interruption: Sendable {
    private struct State {
        var isRaised = false
        /// Ends the run under way; nil between two.
        var end: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Makes one that has not been raised.
    package init() {}

    /// Whether a run is under way that ``raise()`` would end.
    package var isWatching: Bool { state.withLock { $0.end != nil } }

    private var isRaised: Bool { state.withLock(\.isRaised) }

    /// Ends the run under way, and keeps others from beginning.
    package func raise() {
        state.withLock { state in
            state.isRaised = true
            // Under the lock, so that what it ends is still there.
            state.end?()
        }
    }

    /// Sees that a run may begin.
    ///
    /// - Throws: `interrupted`.
    func check(_ operation: OperationName) throws(InferenceError) {
        if isRaised { throw InferenceError(interrupting: operation) }
    }

    /// Does a run that `end` ends, from any thread and at any time until the run is over.
    ///
    /// - Parameters:
    ///   - operation: What is done, for the error.
    ///   - end: Called at most once, at once when this was raised before; it must neither wait nor come back here.
    ///   - run: The run.
    /// - Returns: What `run` returns, if it was over before it could be ended.
    /// - Throws: `interrupted` in the place of any error of a run that was ended; else what `run` throws.
    func watch<Result>(
        _ operation: OperationName,
        end: @escaping @Sendable () -> Void,
        _ run: () throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        state.withLock { state in
            state.end = end
            if state.isRaised { end() }
        }
        defer { state.withLock { $0.end = nil } }
        do throws(InferenceError) {
            return try run()
        } catch {
            throw isRaised ? InferenceError(interrupting: operation) : error
        }
    }
}

extension InferenceError {
    fileprivate init(interrupting operation: OperationName) {
        self.init(.interrupted, operation: operation, message: "it was ended before its time")
    }
}
