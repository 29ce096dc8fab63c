/// How the text of a setting becomes a value, and a value text.
package struct SettingKind<Value: Sendable>: Sendable {
    /// Its name in the documentation, for instance "duration".
    let name: String
    /// The placeholder of a value in the help of a flag, for instance "SECONDS".
    let placeholder: String
    /// The unit of a plain number, if there is one.
    var unit: String?
    /// Reads a value; the error says what would be right.
    let parse: @Sendable (String) throws(ValueError) -> Value
    /// Writes a value so that `parse` reads the same again; empty for no value.
    let show: @Sendable (Value) -> String
}

extension SettingKind {
    /// The same, with an empty text for no value.
    var optional: SettingKind<Value?> {
        let (parse, show) = (self.parse, self.show)
        return SettingKind<Value?>(
            name: name,
            placeholder: placeholder,
            unit: unit,
            parse: { text throws(ValueError) in text.isEmpty ? nil : try parse(text) },
            show: { $0.map(show) ?? "" }
        )
    }

    /// Any number of them, with commas between; no text for an empty list.
    var list: SettingKind<[Value]> {
        let (parse, show) = (self.parse, self.show)
        return SettingKind<[Value]>(
            name: "list of \(name)s",
            placeholder: "\(placeholder),…",
            unit: unit,
            parse: { text throws(ValueError) in
                var values: [Value] = []
                for part in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
                    values.append(try parse(part.trimmed))
                }
                return values
            },
            show: { $0.map(show).joined(separator: ",") }
        )
    }
}
