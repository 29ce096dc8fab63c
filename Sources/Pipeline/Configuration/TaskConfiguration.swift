package import JSON

/// The `config` of a task: a project's settings of the pipeline.
package enum TaskConfiguration: Sendable, Hashable {
    /// It asks for these.
    case options(TaskOptions)
    /// It asks for what cannot be; the sentence says why, and is the task's error result.
    case refused(String)

    /// The most bytes of a configuration; what is asked for takes a hundred.
    private static let mostBytes = 16_384
    /// The longest refusal that is passed on.
    private static let longestRefusal = 500
}

extension TaskConfiguration {
    /// Reads the member `config` of a task.
    ///
    /// A value that is wrong refuses all of it: whoever asked for something must not get something else and take it for that. A key that is not
    /// known is ignored, as others add keys of their own. A text in place of the object is a refusal that a relay has passed on.
    /// Nil means that nothing is asked for: there is no member, null, or an empty object.
    ///
    /// - Parameter json: The member; nil when there is none.
    package init?(_ json: JSONValue?) {
        guard let json, !json.isNull else { return nil }
        if let refusal = json.string {
            self = .refused(refusal.isEmpty ? "config is no object" : String(refusal.prefix(Self.longestRefusal)))
            return
        }
        guard let members = json.object else {
            self = .refused("config is no object")
            return
        }
        guard !members.members.isEmpty else { return nil }
        let bytes = json.encoded()
        guard bytes.count <= Self.mostBytes else {
            self = .refused("config has \(bytes.count) bytes where \(Self.mostBytes) are allowed")
            return
        }
        do throws(TaskOptions.Refusal) {
            self = .options(try TaskOptions(members, json: bytes))
        } catch {
            self = .refused(error.sentence)
        }
    }

    /// Writes the value of the member, so that reading it gives the same; keys that are not known are passed on, too.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .options(let options): writer.json(options.json)
        case .refused(let sentence): writer.string(sentence)
        }
    }
}
