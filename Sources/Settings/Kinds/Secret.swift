/// A text that must not be seen: whatever prints, dumps or interpolates it gets `<redacted>`.
package struct Secret: Sendable, Equatable {
    private let text: String

    /// Keeps a text.
    package init(_ text: String) {
        self.text = text
    }

    /// The text in place of a secret wherever settings are shown.
    package static let redacted = "<redacted>"

    /// The text itself, for the one place that sends it.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Secret.redacted }

    package var debugDescription: String { Secret.redacted }

    /// Without children, so that `dump` finds nothing either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
