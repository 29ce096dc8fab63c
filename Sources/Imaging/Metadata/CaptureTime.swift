/// When a picture was taken, by its camera's own clock, which knows of no time zone.
package struct CaptureTime: Sendable, Hashable {
    /// As a calendar on the wall says it.
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    /// 0 to 23.
    package let hour: Int
    /// 0 to 59.
    package let minute: Int
    /// 0 to 59.
    package let second: Int

    /// Takes a time that can be one: a clock that was never set, or a number that only looks like a time, is none.
    ///
    /// - Parameter digits: Fourteen of them: year, month, day, hour, minute, second.
    package init?(digits: some StringProtocol) {
        let numbers = digits.utf8.map { Int($0) - 48 }
        guard numbers.count == 14, numbers.allSatisfy({ (0...9).contains($0) }) else { return nil }
        func number(_ range: Range<Int>) -> Int { numbers[range].reduce(0) { $0 * 10 + $1 } }
        year = number(0..<4)
        month = number(4..<6)
        day = number(6..<8)
        hour = number(8..<10)
        minute = number(10..<12)
        second = number(12..<14)
        guard (1980...2099).contains(year), (1...12).contains(month), hour < 24, minute < 60, second < 60,
            (1...Self.days(month, year)).contains(day)
        else { return nil }
    }

    /// Takes a time as EXIF has it: `2022:06:22 00:04:59`.
    init?(exif text: String) {
        guard text.utf8.count == 19 else { return nil }
        self.init(digits: text.filter { $0.isASCII && $0.isNumber })
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

extension CaptureTime: CustomStringConvertible {
    /// As ISO 8601 has it, without a zone: `2022-06-22T00:04:59`.
    package var description: String {
        "\(year)-\(Self.two(month))-\(Self.two(day))T\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
