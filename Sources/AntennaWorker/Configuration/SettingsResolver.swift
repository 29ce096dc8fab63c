import Configuration

/// Finds the value of each setting in the layers, and keeps what is wrong and where each value came from.
struct SettingsResolver: Sendable {
    /// A setting as it is in force.
    struct Effective: Sendable, Equatable {
        let key: String
        /// For showing: `<redacted>` for a secret, empty for none.
        let text: String
        let origin: SettingOrigin
        /// The flag, variable or key that set it; nil for a default.
        let place: String?
    }

    private static let longestText = 32 << 10

    private(set) var mistakes: [SettingMistake]
    private(set) var effective: [Effective] = []
    /// The files that secrets in force were read from, by the secrets' keys.
    private var secretFiles: [String: String] = [:]
    private let layers: [SettingsLayer]
    private let reader: ConfigReader
    private let readFile: @Sendable (String) throws(ValueError) -> String

    /// Makes a resolver.
    ///
    /// - Parameters:
    ///   - layers: The strongest first, at least one.
    ///   - readFile: Reads the file of a secret.
    init(layers: [SettingsLayer], readFile: @escaping @Sendable (String) throws(ValueError) -> String) {
        let secrets = Set(Catalogue.all.filter(\.isSecret).map(\.key))
        self.layers = layers
        self.mistakes = layers.flatMap(\.mistakes)
        self.reader = ConfigReader(providers: layers.map { $0.provider(secretKeys: secrets) })
        self.readFile = readFile
    }

    /// The value in force; the default when there is none, or none that can be used.
    mutating func value<Value>(of setting: Setting<Value>) -> Value {
        var (text, layer) = find(setting.key)
        if setting.isSecret {
            readSecretFile(of: setting, text: &text, layer: &layer)
        }
        guard let text, let layer else {
            note(setting, setting.defaultText, from: nil)
            return setting.defaultValue
        }
        do throws(ValueError) {
            // What a mistake repeats, and what is compared with each other, is never long.
            guard text.utf8.count <= Self.longestText else { throw ValueError("is longer than any setting") }
            let value = try setting.kind.parse(text)
            note(setting, setting.kind.show(value), from: layer)
            return value
        } catch {
            mistakes.append(SettingMistake(place: place(of: setting, in: layer), reason: error.reason))
            note(setting, setting.defaultText, from: nil)
            return setting.defaultValue
        }
    }

    /// The file that a secret in force was read from, asked after the value; nil when it did not come from a file.
    func file<Value>(of setting: Setting<Value>) -> String? { secretFiles[setting.key] }

    private func find(_ key: String) -> (text: String?, layer: SettingsLayer?) {
        guard let text = reader.string(forKey: ConfigKey(key)) else { return (nil, nil) }
        return (text, layers.first { $0.entries[key] != nil })
    }

    /// A secret's file counts like the secret in the same layer; both in one layer are a mistake.
    private mutating func readSecretFile(
        of setting: some AnySetting,
        text: inout String?,
        layer: inout SettingsLayer?
    ) {
        guard let fileLayer = layers.first(where: { $0.entries[setting.fileKey] != nil }),
            let file = fileLayer.entries[setting.fileKey]
        else { return }
        if let winner = layer, let order = layers.firstIndex(where: { $0.origin == winner.origin }),
            let fileOrder = layers.firstIndex(where: { $0.origin == fileLayer.origin })
        {
            if order < fileOrder { return }
            if order == fileOrder {
                let direct = place(of: setting, in: winner)
                let reason = "is set as well as \(direct); keep one of them"
                mistakes.append(SettingMistake(place: file.place, reason: reason))
                return
            }
        }
        do throws(ValueError) {
            let content = trimmed(try readFile(file.text))
            guard !content.isEmpty else { throw ValueError("the file \(file.text) is empty") }
            (text, layer) = (content, fileLayer)
            secretFiles[setting.key] = file.text
        } catch {
            mistakes.append(SettingMistake(place: file.place, reason: error.reason))
        }
    }

    private func place(of setting: some AnySetting, in layer: SettingsLayer) -> String {
        layer.entries[setting.key]?.place ?? layer.entries[setting.fileKey]?.place ?? setting.key
    }

    private mutating func note(_ setting: some AnySetting, _ text: String, from layer: SettingsLayer?) {
        effective.append(
            Effective(
                key: setting.key,
                text: text,
                origin: layer?.origin ?? .default,
                place: layer.map { place(of: setting, in: $0) }
            )
        )
    }
}
