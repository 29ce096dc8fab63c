import JSON

/// A JSON configuration file: an object of sections, each an object of settings.
enum ConfigFile {
    /// Reads the text of a file into a layer; every key that is no setting is a mistake.
    static func layer(parsing text: String, name: String) -> SettingsLayer {
        var layer = SettingsLayer(.file)
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONValue(parsing: Array(text.utf8))
        } catch {
            layer.mistakes.append(
                SettingMistake(place: "\(name) line \(error.line)", reason: "is not valid JSON: \(error.message)")
            )
            return layer
        }
        guard let members = root.object else {
            layer.mistakes.append(SettingMistake(place: name, reason: "must be an object: { \"antenna\": { … }, … }"))
            return layer
        }
        add(members, section: nil, name: name, to: &layer)
        if layer.mistakes.count > SettingMistake.most {
            layer.mistakes.removeSubrange(SettingMistake.most...)
            layer.mistakes.append(SettingMistake(place: name, reason: "has more mistakes than these"))
        }
        return layer
    }

    private static func add(_ members: JSONObject, section: String?, name: String, to layer: inout SettingsLayer) {
        let prefix = section.map { "\($0)." } ?? ""
        var known: Set<String> = []
        for member in members.members where !known.insert(member.key).inserted {
            layer.mistakes.append(
                SettingMistake(
                    place: place(of: prefix + member.key, in: name),
                    reason: "is declared twice, the second time on line \(member.line)"
                )
            )
        }
        for (key, value) in members.dictionary.sorted(by: { $0.key < $1.key }) {
            add(value, key: prefix + key, name: name, to: &layer)
        }
    }

    private static func place(of key: String, in name: String) -> String { "\(key.prefix(100)) in \(name)" }

    private static func add(_ value: JSONValue, key: String, name: String, to layer: inout SettingsLayer) {
        guard layer.mistakes.count <= SettingMistake.most else { return }
        let place = place(of: key, in: name)
        if knownKeys.contains(key) {
            do throws(ValueError) {
                guard let text = try value.settingText() else { return }
                layer.add(text, for: key, place: place)
            } catch {
                layer.mistakes.append(SettingMistake(place: place, reason: error.reason))
            }
        } else if let members = value.object, knownSections.contains(key) {
            add(members, section: key, name: name, to: &layer)
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
}

extension JSONValue {
    /// The text that the setting would have as a flag; nil for null.
    fileprivate func settingText() throws(ValueError) -> String? {
        switch content {
        case .null: return nil
        case .bool(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return int.map { "\($0)" } ?? "\(value)"
        case .string(let value): return value
        case .array, .numbers:
            var texts: [String] = []
            for value in elements ?? [] {
                guard value.elements == nil else { throw ValueError("must not be a list of lists") }
                if let text = try value.settingText() { texts.append(text) }
            }
            return texts.joined(separator: ",")
        case .object: throw ValueError("must be a value, not an object")
        }
    }
}
