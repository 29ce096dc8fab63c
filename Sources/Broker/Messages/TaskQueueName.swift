package import Concurrency

/// Names a queue of a pipeline by the contract: `antenna.tasks.<pipeline>`, `antenna.tasks.<pipeline>.interactive` and so on.
package struct TaskQueueName: Sendable, Hashable, CustomStringConvertible {
    /// The kind of messages in the queue.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Tasks whose images are to be fetched.
        case tasks
        /// Tasks whose pixels are in the cache.
        case ready
        /// Messages that nobody could do anything with.
        case dead
    }

    /// The kind of messages in the queue.
    package let kind: Kind
    /// The slug of the pipeline; settings take none with a dot, so none ends like a lane.
    package let pipeline: String
    /// Whether somebody waits for what it holds; dead letters are of both lanes.
    package let lane: Lane

    /// Names a queue.
    package init(_ kind: Kind, pipeline: String, lane: Lane = .batch) {
        self.kind = kind
        self.pipeline = pipeline
        self.lane = kind == .dead ? .batch : lane
    }

    /// Reads a name; nil when it is none of these.
    package init?(_ name: String) {
        for kind in Kind.allCases {
            let prefix = Self.prefix(kind)
            guard name.hasPrefix(prefix), name.count > prefix.count else { continue }
            let pipeline = String(name.dropFirst(prefix.count))
            guard kind != .dead, pipeline.hasSuffix(Self.interactiveSuffix),
                pipeline.count > Self.interactiveSuffix.count
            else {
                self.init(kind, pipeline: pipeline)
                return
            }
            self.init(kind, pipeline: String(pipeline.dropLast(Self.interactiveSuffix.count)), lane: .interactive)
            return
        }
        return nil
    }

    /// All queues of a pipeline, in the order of the way.
    package static func all(of pipeline: String) -> [TaskQueueName] {
        both(.tasks, of: pipeline) + both(.ready, of: pipeline) + [TaskQueueName(.dead, pipeline: pipeline)]
    }

    /// A pipeline's queues of a kind, one a lane.
    package static func both(_ kind: Kind, of pipeline: String) -> [TaskQueueName] {
        [Lane.batch, .interactive].map { TaskQueueName(kind, pipeline: pipeline, lane: $0) }
    }

    /// The queue's name on the broker.
    package var description: String {
        Self.prefix(kind) + pipeline + (lane == .interactive ? Self.interactiveSuffix : "")
    }

    /// Where messages of this queue go that nobody can do anything with.
    package var deadLetters: TaskQueueName { TaskQueueName(.dead, pipeline: pipeline) }

    /// Where its tasks go once their pixels are in the cache.
    package var ready: TaskQueueName { TaskQueueName(.ready, pipeline: pipeline, lane: lane) }

    private static func prefix(_ kind: Kind) -> String { "antenna.\(kind.rawValue)." }
    private static let interactiveSuffix = ".interactive"
}
