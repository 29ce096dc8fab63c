extension SettingKind<String> {
    /// A text of at least one character.
    static var text: SettingKind {
        SettingKind(
            name: "text",
            placeholder: "TEXT",
            parse: { text throws(ValueError) in
                guard !text.trimmed.isEmpty else { throw ValueError("must not be empty") }
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
