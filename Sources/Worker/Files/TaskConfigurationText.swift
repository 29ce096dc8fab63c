import Foundation
package import JSON
package import Pipeline

/// The `config` of tasks as people write it for a command: a JSON object, or the path of a file with one.
package struct TaskConfigurationText: Sendable {
    /// The object.
    package let json: JSONValue
    /// The settings it asks for; nil for an empty one.
    package let configuration: TaskConfiguration?

    /// Reads a text.
    ///
    /// - Throws: `CommandFailure` for a file that cannot be read, and for what is no such object or asks for what cannot be.
    package init(_ text: String) throws {
        let bytes: [UInt8]
        if text.trimmingCharacters(in: .whitespacesAndNewlines).hasPrefix("{") {
            bytes = Array(text.utf8)
        } else {
            guard let data = FileManager.default.contents(atPath: text) else {
                throw CommandFailure("\(text) cannot be read; it is a JSON object or the path of a file with one.")
            }
            bytes = Array(data)
        }
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw CommandFailure("What tasks are asked for cannot be read: \(error)")
        }
        guard json.object != nil else { throw CommandFailure("What tasks are asked for is no JSON object.") }
        configuration = TaskConfiguration(json)
        if case .refused(let sentence)? = configuration { throw CommandFailure("\(sentence).") }
    }
}
