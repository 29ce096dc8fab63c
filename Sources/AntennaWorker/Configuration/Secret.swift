/// A text that must not be seen: whatever prints, dumps or interpolates it gets `<redacted>`.
struct Secret: Sendable, Equatable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// What stands in for a secret wherever settings are shown.
    static let redacted = "<redacted>"

    /// The text itself, for the one place that sends it.
    func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { Secret.redacted }

    var debugDescription: String { Secret.redacted }

    /// Without children, so that `dump` finds nothing either.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
