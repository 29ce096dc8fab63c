/// A setting as it is in force.
package struct EffectiveSetting: Sendable, Equatable {
    /// Its key.
    package let key: String
    /// For showing: `<redacted>` for a secret, empty for none.
    package let text: String
    /// Where the value came from.
    package let origin: SettingOrigin
    /// The flag, variable or key that set it; nil for a default.
    package let place: String?
}
