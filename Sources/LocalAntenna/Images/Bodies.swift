import FlyingSocks
import Foundation

/// Some bytes, and then an error: FlyingFox closes the connection in the middle of the body.
struct HalfBody: AsyncBufferedSequence, Sendable {
    typealias Element = UInt8

    let bytes: Data

    func makeAsyncIterator() -> Iterator { Iterator(rest: bytes) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var rest: Data

        mutating func next() async throws -> UInt8? {
            guard let byte = rest.popFirst() else { throw CancellationError() }
            return byte
        }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            guard !rest.isEmpty else { throw CancellationError() }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
    }
}

/// As many zeros as asked for, without holding them in memory.
struct Zeros: AsyncBufferedSequence, Sendable {
    typealias Element = UInt8

    let count: Int

    func makeAsyncIterator() -> Iterator { Iterator(left: count) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var left: Int

        mutating func next() async throws -> UInt8? {
            guard left > 0 else { return nil }
            left -= 1
            return 0
        }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            guard left > 0 else { return nil }
            let size = Swift.min(left, count)
            left -= size
            return [UInt8](repeating: 0, count: size)
        }
    }
}
