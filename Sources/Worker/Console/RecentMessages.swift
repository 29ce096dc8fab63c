import Foundation
import JSON
import Logging
import Synchronization

/// The last messages of importance, for the live page.
final class RecentMessages: Sendable {
    /// A message as it was logged.
    struct Message: Sendable, Equatable {
        /// Seconds since 1970.
        let time: Double
        let level: String
        let text: String
        let details: [String: String]
    }

    /// Those of this process.
    static let process = RecentMessages()

    private static let capacity = 30
    private let state = Mutex<[Message]>([])

    /// The messages, the newest first.
    var messages: [Message] { state.withLock { $0 } }

    /// Keeps a message if it is important enough.
    func add(level: Logger.Level, text: String, details: [(key: String, value: String)], at time: Date) {
        guard level >= .notice else { return }
        let message = Message(
            time: time.timeIntervalSince1970,
            level: level.rawValue,
            text: text,
            details: Dictionary(details.map { ($0.key, String($0.value.prefix(500))) }) { first, _ in first }
        )
        state.withLock { messages in
            messages.insert(message, at: 0)
            if messages.count > Self.capacity { messages.removeLast() }
        }
    }
}

extension RecentMessages.Message {
    /// The JSON that the page reads.
    var json: JSONValue {
        [
            "time": .number(time), "level": .string(level), "text": .string(text),
            "details": .object(JSONObject(details.map { ($0.key, JSONValue.string($0.value)) })),
        ]
    }
}
