import Crypto
import Pipeline
import Transport

/// Names the answer to one message.
///
/// A task's id alone does not: servers use an image's number for it, and the same image can be in two jobs, or queued again by an
/// operator who wants a second answer. Those messages differ in their job, their reply subject or their correlation id.
package struct ResultKey: Sendable, Hashable, CustomStringConvertible {
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
        var text = parts.joined(separator: "\n")
        let digest = text.withUTF8 { SHA256.hash(data: $0) }
        // Once a task, so without a string for each byte.
        let digits = Array("0123456789abcdef".utf8)
        description =
            prefix
            + String(unsafeUninitializedCapacity: 16) { hex in
                for (index, byte) in digest.prefix(8).enumerated() {
                    hex[2 * index] = digits[Int(byte >> 4)]
                    hex[2 * index + 1] = digits[Int(byte & 15)]
                }
                return 16
            }
    }
}
