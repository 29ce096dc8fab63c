import FoundationEssentials

/// A JSON configuration file: an object of sections, each an object of settings.
enum ConfigFile {
    /// Reads the text of a file into a layer; every key that is no setting is a mistake.
    static func layer(parsing text: String, name: String) -> SettingsLayer {
        var layer = SettingsLayer(.file)
        let root: JSONValue
        do {
            root = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            layer.mistakes.append(SettingMistake(place: name, reason: "is not valid JSON: \(reason(of: error))"))
            return layer
        }
        guard case .object(let members) = root else {
            layer.mistakes.append(SettingMistake(place: name, reason: "must be an object: { \"antenna\": { … }, … }"))
            return layer
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            add(value, key: key, name: name, to: &layer)
        }
        if layer.mistakes.count > SettingMistake.most {
            layer.mistakes.removeSubrange(SettingMistake.most...)
            layer.mistakes.append(SettingMistake(place: name, reason: "has more mistakes than these"))
        }
        return layer
    }

    private static func add(_ value: JSONValue, key: String, name: String, to layer: inout SettingsLayer) {
        guard layer.mistakes.count <= SettingMistake.most else { return }
        let place = "\(key.prefix(100)) in \(name)"
        if knownKeys.contains(key) {
            do throws(ValueError) {
                guard let text = try value.settingText() else { return }
                layer.add(text, for: key, place: place)
            } catch {
                layer.mistakes.append(SettingMistake(place: place, reason: error.reason))
            }
        } else if case .object(let members) = value, knownSections.contains(key) {
            for (member, value) in members.sorted(by: { $0.key < $1.key }) {
                add(value, key: "\(key).\(member)", name: name, to: &layer)
            }
        } else if knownSections.contains(key) {
            layer.mistakes.append(SettingMistake(place: place, reason: "must be an object of settings"))
        } else {
            let candidates = key.contains(".") ? knownKeys : knownKeys.union(knownSections)
            let suggestion = Spelling.suggestion(for: key, among: Array(candidates))
            layer.mistakes.append(SettingMistake(place: place, reason: "there is no such setting\(suggestion)"))
        }
    }

    private static let knownKeys = Set(Catalogue.all.flatMap { $0.isSecret ? [$0.key, $0.fileKey] : [$0.key] })

    private static let knownSections = Set(
        Catalogue.all.compactMap { setting in setting.key.firstIndex(of: ".").map { String(setting.key[..<$0]) } }
    )

    private static func reason(of error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        return context.underlyingError.map { "\($0)" } ?? context.debugDescription
    }
}

/// Any JSON.
enum JSONValue: Decodable, Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// The text that the setting would have as a flag; nil for null.
    func settingText() throws(ValueError) -> String? {
        switch self {
        case .null: return nil
        case .bool(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .string(let value): return value
        case .array(let values):
            var texts: [String] = []
            for value in values {
                if case .array = value { throw ValueError("must not be a list of lists") }
                if let text = try value.settingText() { texts.append(text) }
            }
            return texts.joined(separator: ",")
        case .object: throw ValueError("must be a value, not an object")
        }
    }
}
