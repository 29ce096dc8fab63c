/// Bytes that have arrived from a broker, cut into frames.
///
/// Confined to the thread of its connection; owns its memory.
final class AMQPFrameBuffer {
    /// A frame that has arrived whole.
    struct Frame {
        let type: UInt8
        let channel: UInt16
        /// Lent until the next ``room()``.
        let payload: UnsafeRawBufferPointer
    }

    /// Bytes that are no frame; the sentence says how.
    struct Fault: Error, Equatable {
        let sentence: String
    }

    /// The bytes around the payload: type, channel and length before it, and a byte that ends it.
    private static let head = 7
    private static let overhead = head + 1

    private let limit: Int
    private let memory: UnsafeMutableRawBufferPointer
    private var held = 0..<0

    /// - Parameter limit: The most bytes of a frame, head and end included.
    init(limit: Int) {
        self.limit = limit
        memory = .allocate(byteCount: 2 * limit, alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    /// Whether there is something that was not taken, be it a part of a frame.
    var isHolding: Bool { !held.isEmpty }

    /// Where to put what arrives next; there is always some once ``next()`` has nothing more.
    func room() -> UnsafeMutableRawBufferPointer {
        if memory.count - held.upperBound < limit {
            // Less than a frame, at most once in the length of a frame.
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[held]))
            held = 0..<held.count
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[held.upperBound...])
    }

    /// Takes note that so many bytes were put there.
    func filled(_ count: Int) {
        held = held.lowerBound..<held.upperBound + count
    }

    /// Takes the next frame; nil when it has not arrived whole.
    func next() throws(Fault) -> Frame? {
        guard held.count >= Self.head else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: memory[held])
        let size = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 3, as: UInt32.self)))
        guard size <= limit - Self.overhead else {
            throw Fault(sentence: "a frame of \(size) bytes, where \(limit - Self.overhead) were agreed on")
        }
        guard held.count >= size + Self.overhead else { return nil }
        guard bytes[Self.head + size] == 0xCE else { throw Fault(sentence: "a frame without its end") }
        held = held.lowerBound + size + Self.overhead..<held.upperBound
        if held.isEmpty { held = 0..<0 }
        return Frame(
            type: bytes[0],
            channel: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt16.self)),
            payload: UnsafeRawBufferPointer(rebasing: bytes[Self.head..<Self.head + size])
        )
    }
}
