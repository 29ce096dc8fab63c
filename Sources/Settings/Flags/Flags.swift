import ArgumentParser

/// The flags of settings as an option group of a command: `@OptionGroup(title: "Images") var images: Flags<ImageSettings>`.
///
/// ArgumentParser asks for the properties of a type through its mirror, and decodes each by its label. Written out, every setting would be
/// an `@Option`, and a line that hands over what was given. Instead the mirror shows an option for each setting that was selected.
package struct Flags<each Selection: FlagSelection>: ParsableArguments, FlagSource, CustomReflectable {
    private var given: [(setting: any AnySetting, text: String)] = []

    package init() {}

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FlagLabel.self)
        for setting in Self.settings {
            if let text = try setting.flagText(in: container) { given.append((setting, text)) }
        }
    }

    package var customMirror: Mirror {
        let children: [Mirror.Child] = Self.settings.map { ($0.flagLabel.stringValue, $0.flagDefinition) }
        return Mirror(self, children: children)
    }

    package func collect(into values: inout FlagValues) {
        for (setting, text) in given { values.set(setting, text) }
    }

    private static var settings: [any AnySetting] {
        var all: [any AnySetting] = []
        repeat all += (each Selection).settings
        return all
    }
}

/// The name by which ArgumentParser keeps what a flag was given.
private struct FlagLabel: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }
}

extension AnySetting {
    fileprivate var flagLabel: FlagLabel { FlagLabel(stringValue: commandLineFlag) }

    /// What ArgumentParser would find if the flag were a property.
    fileprivate var flagDefinition: Any {
        let name = NameSpecification.customLong(commandLineFlag)
        if isSwitch { return Flag<Bool?>(name: name, inversion: .prefixedNo, help: help) }
        if takesSeveral { return Option<[String]>(wrappedValue: [], name: name, parsing: .upToNextOption, help: help) }
        return Option<String?>(name: name, help: help)
    }

    /// Its value; nil when it was not given.
    fileprivate func flagText(in container: KeyedDecodingContainer<FlagLabel>) throws -> String? {
        if isSwitch {
            return try container.decode(Flag<Bool?>.self, forKey: flagLabel).wrappedValue.map { "\($0)" }
        }
        if takesSeveral {
            let texts = try container.decode(Option<[String]>.self, forKey: flagLabel).wrappedValue
            return texts.isEmpty ? nil : texts.joined(separator: ",")
        }
        return try container.decode(Option<String?>.self, forKey: flagLabel).wrappedValue
    }

    private var help: ArgumentHelp {
        if isSecret { return ArgumentHelp("A file that holds: \(summary)", valueName: "path") }
        let value = defaultText.isEmpty ? "" : " (default: \(defaultText))"
        return ArgumentHelp("\(summary)\(value)", valueName: kind.placeholder.lowercased())
    }
}
