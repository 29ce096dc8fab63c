import Crypto
import DequeModule
import Foundation
import Pipeline
import Synchronization
import Transport

/// Remembers tasks whose result the broker has confirmed, so that a redelivery is acknowledged without being computed again.
///
/// Asked for redeliveries only. Forgetting is harmless: the result is computed and published once more, bit for bit the same.
package protocol ConfirmedResults: Sendable {
    /// Whether the result is known to be confirmed; `false` when in doubt.
    func contains(_ result: ConfirmedResult) async -> Bool

    /// Remembers a confirmed result, as far as possible.
    func insert(_ result: ConfirmedResult) async
}

/// Names the answer to one message.
///
/// A task's id alone does not: servers use an image's number for it, and the same image can be in two jobs, or queued again by an
/// operator who wants a second answer. Those messages differ in their job, their reply subject or their correlation id.
package struct ConfirmedResult: Sendable, Hashable, CustomStringConvertible {
    /// `antenna:done:v1:<queue>:<task id>:<sixteen hexadecimal digits>`, the key in Redis.
    package let description: String

    /// Names the answer to a message of a queue.
    ///
    /// - Parameters:
    ///   - message: The task's message.
    ///   - queue: The queue that delivered it.
    package init(to message: TaskMessage, from queue: TaskQueueName) {
        let parts = [
            message.task.jobID.map(String.init) ?? "", message.task.replySubject, message.original.correlationID ?? "",
        ]
        self.init("antenna:done:v1:\(queue):\(message.task.id):", digestOf: parts)
    }

    /// Appends the first eight bytes of the parts' digest, in hexadecimal.
    package init(_ prefix: String, digestOf parts: [String]) {
        let digest = SHA256.hash(data: Data(parts.joined(separator: "\n").utf8))
        let hex = digest.prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        description = prefix + hex.joined()
    }
}

/// The latest confirmed results, in this process's memory.
package final class MemoryConfirmedResults: ConfirmedResults {
    private let limit: Int
    private let state = Mutex((known: Set<ConfirmedResult>(), order: Deque<ConfirmedResult>()))

    /// Makes an empty memory.
    ///
    /// - Parameter limit: Results remembered at most; the oldest are forgotten first. Some 150 bytes each.
    package init(limit: Int = 100_000) {
        self.limit = max(1, limit)
    }

    /// Results remembered now.
    package var count: Int { state.withLock { $0.known.count } }

    package func contains(_ result: ConfirmedResult) async -> Bool {
        state.withLock { $0.known.contains(result) }
    }

    package func insert(_ result: ConfirmedResult) async {
        state.withLock { state in
            guard state.known.insert(result).inserted else { return }
            state.order.append(result)
            while state.order.count > limit {
                state.known.remove(state.order.removeFirst())
            }
        }
    }
}
