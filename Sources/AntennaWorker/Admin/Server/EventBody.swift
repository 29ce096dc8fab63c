import FlyingSocks

/// A body that goes on for as long as there are events: each is sent when it comes.
struct EventBody: AsyncBufferedSequence, Sendable {
    typealias Element = UInt8

    let events: AsyncStream<[UInt8]>

    func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var events: AsyncStream<[UInt8]>.Iterator

        /// Asked for by the protocol; the server reads buffers.
        mutating func next() async throws -> UInt8? { nil }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            await events.next(isolation: #isolation)
        }
    }
}
