import Dispatch
import JSON
import Synchronization

/// Sends a snapshot a second to everybody who watches the live page; while nobody does, none is made.
///
/// The seconds are counted on a queue of its own: a page that tells what is wrong must not wait for Swift's pool.
final class LiveFeed: Sendable {
    private typealias Sink = AsyncStream<[UInt8]>.Continuation

    private struct State {
        var sinks: [Int: Sink] = [:]
        var nextID = 0
        var isRunning = false
        var isFinished = false
    }

    /// More would only slow each other down; whoever comes later asks for ``snapshot`` now and then.
    private static let mostWatchers = 16

    private let healthService: HealthService
    private let queue = DispatchQueue(label: "live-feed")
    private let state = Mutex(State())

    init(_ healthService: HealthService) {
        self.healthService = healthService
    }

    /// An event that tells what does not change, and a stream of those that follow it; nil when too many watch.
    func subscribe() -> (hello: [UInt8], snapshots: AsyncStream<[UInt8]>)? {
        // One waiting is enough: a slow reader gets the newest.
        let (stream, sink) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(1))
        let (id, isFirst) = state.withLock { state -> (Int?, Bool) in
            guard state.sinks.count < Self.mostWatchers, !state.isFinished else { return (nil, false) }
            state.nextID += 1
            state.sinks[state.nextID] = sink
            defer { state.isRunning = true }
            return (state.nextID, !state.isRunning)
        }
        guard let id else { return nil }
        sink.onTermination = { [weak self] _ in
            self?.state.withLock { $0.sinks[id] = nil }
        }
        if isFirst { queue.async { self.send() } }
        return (Self.event("hello", LiveHello(healthService).json.encoded()), stream)
    }

    /// The first and the next message to a watcher, in one document.
    var snapshot: [UInt8] {
        watch()
        let document: JSONValue = [
            "hello": LiveHello(healthService).json, "snapshot": LiveSnapshot(healthService).json,
        ]
        return document.encoded()
    }

    /// Ends all streams.
    func finish() {
        let sinks = state.withLock { state in
            state.isFinished = true
            defer { state.sinks = [:] }
            return state.sinks.values
        }
        for sink in sinks { sink.finish() }
    }

    private func send() {
        guard let sinks = watchers() else { return }
        watch()
        let event = Self.event("snapshot", LiveSnapshot(healthService).json.encoded())
        for sink in sinks { sink.yield(event) }
        queue.asyncAfter(deadline: .now() + .seconds(1)) { self.send() }
    }

    private func watch() {
        healthService.viewers.look()
        healthService.images.watch()
    }

    private func watchers() -> [Sink]? {
        state.withLock { state in
            if state.sinks.isEmpty {
                state.isRunning = false
                return nil
            }
            return Array(state.sinks.values)
        }
    }

    private static func event(_ name: String, _ json: [UInt8]) -> [UInt8] {
        Array("event: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
    }
}
