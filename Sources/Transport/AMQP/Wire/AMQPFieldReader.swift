/// Reads the fields of a frame one after the other.
///
/// Pure; the bytes are lent. A field that the frame cuts short is an error: nothing is read beyond the end, whatever a length says.
struct AMQPFieldReader {
    /// The bytes ended inside a field.
    struct Cut: Error, Equatable {}

    /// The bytes not read yet.
    private(set) var rest: UnsafeRawBufferPointer

    /// Begins before the first field.
    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    /// Whether everything is read.
    var isAtEnd: Bool { rest.isEmpty }

    /// So many bytes.
    mutating func bytes(_ count: Int) throws(Cut) -> UnsafeRawBufferPointer {
        guard count <= rest.count else { throw Cut() }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
        return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }

    /// A number, which has its highest byte first.
    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) throws(Cut) -> Number {
        Number(bigEndian: try bytes(MemoryLayout<Number>.size).loadUnaligned(as: type))
    }

    /// A text whose length has one byte.
    mutating func shortText() throws(Cut) -> String {
        String(short: try bytes(Int(number(UInt8.self))))
    }

    /// A text, a list or a table, with its length in the four bytes before it.
    mutating func long() throws(Cut) -> UnsafeRawBufferPointer {
        try bytes(Int(number(UInt32.self)))
    }
}

extension String {
    /// A text that AMQP carries with a length of one byte; it can be sent again whatever its bytes were.
    ///
    /// Bytes that are not UTF-8 become replacement characters, which have three bytes: repairing may make a text longer than it came.
    init(short bytes: UnsafeRawBufferPointer) {
        self = String(decoding: bytes, as: UTF8.self).cut(toUTF8: AMQPText.longest)
    }

    /// As much of the beginning as has no more than so many bytes; characters stay whole.
    package func cut(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit))
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
