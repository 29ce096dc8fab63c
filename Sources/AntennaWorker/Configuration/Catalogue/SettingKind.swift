/// How the text of a setting becomes a value, and a value text.
struct SettingKind<Value: Sendable>: Sendable {
    /// What the documentation calls it, for instance "duration".
    let name: String
    /// What stands for a value in the help of a flag, for instance "SECONDS".
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
                    values.append(try parse(trimmed(String(part))))
                }
                return values
            },
            show: { $0.map(show).joined(separator: ",") }
        )
    }
}

extension SettingKind<String> {
    /// A text of at least one character.
    static var text: SettingKind {
        SettingKind(
            name: "text",
            placeholder: "TEXT",
            parse: { text throws(ValueError) in
                guard !trimmed(text).isEmpty else { throw ValueError("must not be empty") }
                return text
            },
            show: { $0 }
        )
    }

    /// The path of a file or folder, relative to the working directory.
    static var path: SettingKind {
        SettingKind(name: "path", placeholder: "PATH", parse: text.parse, show: { $0 })
    }

    /// The slug of a pipeline: what its folder is called.
    static var slug: SettingKind {
        SettingKind(
            name: "slug",
            placeholder: "SLUG",
            parse: { text throws(ValueError) in
                let allowed = text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
                guard allowed, !text.isEmpty else {
                    throw ValueError("\"\(text)\" is not a slug: letters, digits, _ and - without spaces")
                }
                return text
            },
            show: { $0 }
        )
    }

    /// An `http://` or `https://` address without query or fragment; a slash at its end is dropped.
    static var webAddress: SettingKind {
        SettingKind(
            name: "URL",
            placeholder: "URL",
            parse: { text throws(ValueError) in try WebAddress.normalise(text) },
            show: { $0 }
        )
    }
}

extension SettingKind<Secret> {
    /// A secret; it can also come from a file.
    static var secret: SettingKind {
        SettingKind(
            name: "secret",
            placeholder: "SECRET",
            parse: { text throws(ValueError) in
                // A line break inside would split the header that the token is sent in.
                guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                    throw ValueError("holds a space, a line break or a letter that no token has")
                }
                return Secret(text)
            },
            show: { _ in Secret.redacted }
        )
    }
}

extension SettingKind<Secret> {
    /// A secret that several processes share, too long to be guessed.
    static var sharedSecret: SettingKind {
        let secret = SettingKind.secret
        return SettingKind(
            name: secret.name,
            placeholder: secret.placeholder,
            parse: { text throws(ValueError) in
                guard text.utf8.count >= 16 else { throw ValueError("has fewer than 16 characters") }
                return try secret.parse(text)
            },
            show: secret.show
        )
    }
}

func trimmed(_ text: String) -> String {
    var rest = text[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
}
