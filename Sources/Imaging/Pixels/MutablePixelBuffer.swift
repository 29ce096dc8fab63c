/// Pixels that one owner is still writing; `seal()` turns them into an image that can be shared.
///
/// For bytes that arrive in pieces, from a socket for instance. Dropped unsealed, the memory returns to its pool.
package struct MutablePixelBuffer: ~Copyable, Sendable {
    /// How the bytes will lie.
    package let layout: PixelLayout
    /// Rows.
    package let height: Int
    /// Pixels in a row.
    package let width: Int
    let memory: PooledMemory

    init(memory: PooledMemory, layout: PixelLayout, height: Int, width: Int) {
        self.memory = memory
        self.layout = layout
        self.height = height
        self.width = width
    }

    /// The number of bytes, by layout.
    package var byteCount: Int { memory.bytes.count }

    /// Lends the memory for writing, `byteCount` bytes, for the duration of `body`.
    package mutating func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(memory.bytes)
    }

    /// Lends the memory for writing, `byteCount` bytes, until the asynchronous `body` is over: for receiving into it.
    package mutating func lendMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await body(memory.bytes)
    }

    /// Ends the writing.
    package consuming func seal() -> PixelBuffer {
        PixelBuffer(memory: memory, layout: layout, height: height, width: width)
    }
}
