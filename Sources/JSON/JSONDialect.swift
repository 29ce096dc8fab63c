/// Which texts are read as JSON.
package enum JSONDialect: Sendable {
    /// Those of RFC 8259 whose numbers a `Double` can hold.
    case strict
    /// Also what Python's `json` writes and no standard knows: `NaN`, `Infinity`, numbers beyond a `Double`, and halves of a character
    /// (`\ud800`). Each is read as `null`, so that only the member suffers that has it.
    case python
}
