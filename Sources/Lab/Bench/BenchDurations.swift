import Synchronization

/// Durations from many tasks, of something that is no stage of the worker.
final class BenchDurations: Sendable {
    private let state = Mutex<[Double]>([])

    func add(_ duration: Duration) {
        state.withLock { $0.append(duration / .seconds(1)) }
    }

    /// All of them, in seconds.
    var seconds: [Double] { state.withLock(\.self) }
}
