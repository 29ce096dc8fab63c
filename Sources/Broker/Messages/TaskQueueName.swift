/// Names a queue of a pipeline by the contract: `antenna.tasks.<pipeline>` and so on.
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
    /// The slug of the pipeline.
    package let pipeline: String

    /// Names a queue.
    package init(_ kind: Kind, pipeline: String) {
        self.kind = kind
        self.pipeline = pipeline
    }

    /// Reads a name; nil when it is none of these.
    package init?(_ name: String) {
        for kind in Kind.allCases {
            let prefix = Self.prefix(kind)
            if name.hasPrefix(prefix), name.count > prefix.count {
                self.init(kind, pipeline: String(name.dropFirst(prefix.count)))
                return
            }
        }
        return nil
    }

    /// The queue's name on the broker.
    package var description: String { Self.prefix(kind) + pipeline }

    /// Where messages of this queue go that nobody can do anything with.
    package var deadLetters: TaskQueueName { TaskQueueName(.dead, pipeline: pipeline) }

    private static func prefix(_ kind: Kind) -> String { "antenna.\(kind.rawValue)." }
}
