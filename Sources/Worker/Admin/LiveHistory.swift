import Foundation
import JSON
import Synchronization

/// How many tasks were done over the last minutes, for the chart of a page that has just been opened.
final class LiveHistory: Sendable {
    /// Tasks since the start, at a moment.
    struct Point: Sendable, Equatable {
        /// Seconds since 1970.
        let time: Double
        let done: Double
        let failed: Double

        /// The JSON that the page reads.
        var json: JSONValue { ["time": .number(time), "done": .number(done), "failed": .number(failed)] }
    }

    /// A point every two seconds, ten minutes back.
    private static let interval = 2.0
    private static let capacity = 300

    private let state = Mutex<[Point]>([])

    /// The points, the oldest first.
    var points: [Point] { state.withLock { $0 } }

    /// Tasks a second over the last quarter of a minute.
    var rate: Double {
        let points = points
        guard let last = points.last, let first = points.first(where: { $0.time > last.time - 15 }),
            last.time > first.time
        else { return 0 }
        return max(0, last.done + last.failed - first.done - first.failed) / (last.time - first.time)
    }

    /// Notes where the counters are, when it is time to.
    func note(_ registry: MetricRegistry, now: Double = Date().timeIntervalSince1970) {
        let isDue = state.withLock { points in
            points.last.map { now - $0.time >= Self.interval - 0.5 } ?? true
        }
        guard isDue else { return }
        let totals = LiveTotals(registry.samples())
        state.withLock { points in
            if points.count >= Self.capacity { points.removeFirst(points.count - Self.capacity + 1) }
            points.append(Point(time: now, done: totals.done, failed: totals.failed))
        }
    }
}
