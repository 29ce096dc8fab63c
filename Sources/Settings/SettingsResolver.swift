/// Finds the value of each setting in the layers, and keeps what is wrong and where each value came from.
struct SettingsResolver: Sendable {
    /// The value of the strongest layer that has one.
    private struct Finding {
        let text: String
        /// The user's own name for it: a flag, a variable, a key of the file.
        let place: String
        let origin: SettingOrigin
        /// The file that a secret was read from.
        var file: String?
    }

    private static let longestText = 32 << 10

    private(set) var values = StoredValues()
    private(set) var effective: [EffectiveSetting] = []
    private(set) var mistakes: [SettingMistake]
    private let layers: [SettingsLayer]
    private let readFile: @Sendable (String) throws(ValueError) -> String

    /// Finds the value of every setting.
    ///
    /// - Parameters:
    ///   - layers: The strongest first.
    ///   - readFile: Reads the file of a secret.
    init(layers: [SettingsLayer], readFile: @escaping @Sendable (String) throws(ValueError) -> String) {
        self.layers = layers
        self.mistakes = layers.flatMap(\.mistakes)
        self.readFile = readFile
        for setting in Catalogue.all { resolve(setting) }
    }

    /// Takes the value in force; the default when there is none, or none that can be used.
    private mutating func resolve(_ setting: some AnySetting) {
        guard let finding = find(setting) else { return noteDefault(of: setting) }
        do throws(ValueError) {
            // What a mistake repeats, and what is compared with each other, is never long.
            guard finding.text.utf8.count <= Self.longestText else { throw ValueError("is longer than any setting") }
            let value = try setting.kind.parse(finding.text)
            values.set(value, of: setting, file: finding.file)
            effective.append(
                EffectiveSetting(
                    key: setting.key,
                    text: setting.kind.show(value),
                    origin: finding.origin,
                    place: finding.place
                )
            )
        } catch {
            mistakes.append(SettingMistake(place: finding.place, reason: error.reason))
            noteDefault(of: setting)
        }
    }

    private mutating func noteDefault(of setting: some AnySetting) {
        effective.append(
            EffectiveSetting(key: setting.key, text: setting.defaultText, origin: .default, place: nil)
        )
    }

    /// A secret's file counts like the secret in the same layer; both in one layer are a mistake.
    private mutating func find(_ setting: some AnySetting) -> Finding? {
        for layer in layers {
            let direct = layer.entries[setting.key]
            if setting.isSecret, let file = layer.entries[setting.fileKey] {
                guard let direct else { return read(file, in: layer) }
                let reason = "is set as well as \(direct.place); keep one of them"
                mistakes.append(SettingMistake(place: file.place, reason: reason))
            }
            if let direct { return Finding(text: direct.text, place: direct.place, origin: layer.origin) }
        }
        return nil
    }

    private mutating func read(_ file: SettingsLayer.Entry, in layer: SettingsLayer) -> Finding? {
        do throws(ValueError) {
            let content = try readFile(file.text).trimmed
            guard !content.isEmpty else { throw ValueError("the file \(file.text) is empty") }
            return Finding(text: content, place: file.place, origin: layer.origin, file: file.text)
        } catch {
            mistakes.append(SettingMistake(place: file.place, reason: error.reason))
            return nil
        }
    }
}
