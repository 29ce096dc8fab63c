import Foundation
import Synchronization

/// Sends a snapshot a second to everybody who watches the live page; while nobody does, none is made.
final class LiveFeed: Sendable {
    private typealias Sink = AsyncStream<[UInt8]>.Continuation

    private struct State {
        var sinks: [Int: Sink] = [:]
        var nextID = 0
        var isRunning = false
        var isFinished = false
    }

    /// More would only slow each other down.
    private static let mostWatchers = 16

    private let oversight: Oversight
    private let state = Mutex(State())

    init(_ oversight: Oversight) {
        self.oversight = oversight
    }

    /// A stream of events, beginning with one that tells what does not change; nil when too many watch.
    func subscribe() -> AsyncStream<[UInt8]>? {
        // One waiting is enough: a slow reader gets the newest.
        let (stream, sink) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(2))
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
        sink.yield(Self.event("hello", LiveHello(oversight)))
        if isFirst { Task { await self.send() } }
        return stream
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

    private func send() async {
        while let sinks = watchers() {
            oversight.audience.look()
            oversight.images.watch()
            let event = Self.event("snapshot", LiveSnapshot(oversight))
            for sink in sinks { sink.yield(event) }
            // Never cancelled: it ends when nobody watches.
            try? await Task.sleep(for: .seconds(1))
        }
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

    private static func event(_ name: String, _ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // Numbers that JSON cannot write do not occur; were there one, the page waits for the next second.
        guard let json = try? encoder.encode(value) else { return Array(":\n\n".utf8) }
        return Array("event: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
    }
}
