/// Takes the answers of a Redis server apart (RESP2), whatever pieces they arrive in.
///
/// Pure, and it never holds the bytes of a value: it says where they begin and how many there are, so that the caller can have the kernel
/// write them straight to where they belong. Arrays are refused, as no command that we send is answered with one.
/// Format: https://redis.io/docs/latest/develop/reference/protocol-spec/
struct RedisReplyParser {
    /// What the next bytes are.
    enum Event: Equatable {
        /// `+` status.
        case status(String)
        /// `-` error.
        case error(String)
        /// `:` number.
        case integer(Int64)
        /// `$-1`, there is no such value.
        case null
        /// `$` a value of that many bytes begins.
        case valueBegins(Int)
        /// The first so many of the given bytes belong to the value.
        case valueBytes(Int)
        /// The value and the end of its line are complete.
        case valueEnds
    }

    /// Bytes that are no answer.
    struct Violation: Error, Equatable {
        let sentence: String
    }

    private enum State: Equatable {
        case line
        case value(left: Int)
        case valueEnd(seen: Int)
    }

    /// Longer than any status or error of a server.
    private static let longestLine = 4096

    private var state = State.line
    private var line: [UInt8] = []
    private let valueLimit: Int

    /// - Parameter valueLimit: The most bytes of a value.
    init(valueLimit: Int) {
        self.valueLimit = valueLimit
    }

    /// The bytes of the value under way that have not come yet.
    var valueLeft: Int {
        if case .value(let left) = state { left } else { 0 }
    }

    /// Whether an answer has begun and not ended.
    var isMidway: Bool { state != .line || !line.isEmpty }

    /// Notes value bytes that the kernel wrote to where they belong.
    mutating func tookDirectly(_ count: Int) {
        if case .value(let left) = state { advance(left: left - count) }
    }

    /// Looks at received bytes.
    ///
    /// - Parameter bytes: What has not been looked at; what was is dropped from the front.
    /// - Returns: What they are, or `nil` when more must come first.
    /// - Throws: ``Violation``, after which the connection is of no use.
    mutating func next(_ bytes: inout UnsafeRawBufferPointer) throws(Violation) -> Event? {
        switch state {
        case .line:
            return try nextLine(&bytes)
        case .value(let left):
            guard !bytes.isEmpty else { return nil }
            let count = min(left, bytes.count)
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
            advance(left: left - count)
            return .valueBytes(count)
        case .valueEnd(let seen):
            let expected: [UInt8] = [13, 10]
            for index in seen..<2 {
                guard let byte = bytes.first else { return nil }
                guard byte == expected[index] else { throw Violation(sentence: "a value longer than announced") }
                bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
                state = index == 0 ? .valueEnd(seen: 1) : .line
            }
            return .valueEnds
        }
    }

    private mutating func advance(left: Int) {
        state = left > 0 ? .value(left: left) : .valueEnd(seen: 0)
    }

    private mutating func nextLine(_ bytes: inout UnsafeRawBufferPointer) throws(Violation) -> Event? {
        let end = bytes.firstIndex(of: 10)
        let piece = bytes[..<(end ?? bytes.endIndex)]
        guard line.count + piece.count <= Self.longestLine else {
            throw Violation(sentence: "a line without end")
        }
        line.append(contentsOf: piece)
        guard let end else {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[bytes.endIndex...])
            return nil
        }
        bytes = UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
        defer { line.removeAll(keepingCapacity: true) }
        guard line.popLast() == 13 else { throw Violation(sentence: "a line that does not end as lines do") }
        return try parseLine()
    }

    private mutating func parseLine() throws(Violation) -> Event {
        let text = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"):
            return .status(text)
        case UInt8(ascii: "-"):
            return .error(text)
        case UInt8(ascii: ":"):
            guard let number = Int64(text) else { throw Violation(sentence: "a number that is none") }
            return .integer(number)
        case UInt8(ascii: "$"):
            guard let length = Int(text), length >= -1 else { throw Violation(sentence: "a length that is none") }
            if length == -1 { return .null }
            guard length <= valueLimit else {
                throw Violation(sentence: "a value of \(length) bytes where \(valueLimit) are allowed")
            }
            advance(left: length)
            return .valueBegins(length)
        default:
            throw Violation(sentence: "something that is no answer of Redis")
        }
    }
}
