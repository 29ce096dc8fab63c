/// Why a text is not a value of a setting.
package struct ValueError: Error, Equatable {
    /// Goes on where "base_url: " leaves off, for instance "is not a number".
    package let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
