import Inference
import JSON

extension TaskOptions {
    /// Why a configuration cannot be worked with: a sentence for people.
    struct Refusal: Error {
        let sentence: String
    }

    /// The most keys that are remembered of those that mean nothing here, and the most letters of each.
    private static let mostUnknownKeys = 10
    private static let longestKey = 60
    /// The prefix of Antenna's own settings, which are sent along and meant for nobody else.
    private static let prefixOfAntenna = "request_"

    /// Reads the members of a configuration.
    ///
    /// - Parameters:
    ///   - members: The members.
    ///   - json: All of it.
    /// - Throws: ``Refusal`` for the first value that cannot be.
    init(_ members: JSONObject, json: [UInt8]) throws(Refusal) {
        let values = Values(members: members)
        let unknown = members.members.lazy.map(\.key)
            .filter { TaskConfigurationKey(rawValue: $0) == nil && !$0.hasPrefix(Self.prefixOfAntenna) }
        unknownKeys = unknown.prefix(Self.mostUnknownKeys).map { String($0.prefix(Self.longestKey)) }
        self.json = json
        detectionThreshold = try values.share(.detectionThreshold)
        maximumDetections = try values.count(.maximumDetections, most: GivenDetections.most)
        classification = try values.bool(.classification)
        classificationThreshold = try values.share(.classificationThreshold)
        topScores = try values.count(.topScores, most: 1_000_000)
        features = try values.bool(.features)
        logits = try values.bool(.logits)
    }
}

/// The members of a configuration by their kinds; null counts as left out.
private struct Values {
    let members: JSONObject

    func bool(_ key: TaskConfigurationKey) throws(TaskOptions.Refusal) -> Bool? {
        guard let json = member(key) else { return nil }
        guard let value = json.bool else { throw wrong(key, json.kind, "not true or false") }
        return value
    }

    /// A number from 0 to 1.
    func share(_ key: TaskConfigurationKey) throws(TaskOptions.Refusal) -> Float? {
        guard let json = member(key) else { return nil }
        guard let value = json.double else { throw wrong(key, json.kind, "not a number") }
        guard (0...1).contains(value) else { throw wrong(key, "\(value)", "outside 0 to 1") }
        return Float(value)
    }

    /// A whole number from 1.
    func count(_ key: TaskConfigurationKey, most: Int) throws(TaskOptions.Refusal) -> Int? {
        guard let json = member(key) else { return nil }
        guard let number = json.double else { throw wrong(key, json.kind, "not a whole number") }
        guard let value = json.int else { throw wrong(key, "\(number)", "not a whole number") }
        guard (1...most).contains(value) else { throw wrong(key, "\(value)", "outside 1 to \(most)") }
        return value
    }

    private func member(_ key: TaskConfigurationKey) -> JSONValue? {
        guard let member = members[key.rawValue], !member.isNull else { return nil }
        return member
    }

    private func wrong(_ key: TaskConfigurationKey, _ what: String, _ wanted: String) -> TaskOptions.Refusal {
        TaskOptions.Refusal(sentence: "config.\(key.rawValue) is \(what), \(wanted)")
    }
}
