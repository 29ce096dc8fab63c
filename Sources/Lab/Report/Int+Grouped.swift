import Foundation

extension Int {
    private static let english = IntegerFormatStyle<Int>.number.locale(Locale(identifier: "en"))

    /// The number as people read it, with a comma before each three digits.
    var grouped: String { formatted(Self.english) }
}
