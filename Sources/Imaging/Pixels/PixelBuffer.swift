/// An image as 8-bit RGB: height × width × 3 bytes, rows from the top, tightly packed, unchanging.
///
/// The memory belongs to a pool and returns to it when the last reference goes.
package final class PixelBuffer: Sendable {
    /// Rows.
    package let height: Int
    /// Pixels in a row.
    package let width: Int
    private let memory: PooledMemory

    init(memory: PooledMemory, height: Int, width: Int) {
        self.memory = memory
        self.height = height
        self.width = width
    }

    /// Creates an image of `height` × `width` whose bytes `fill` writes, all of them: the memory arrives with old pixels.
    /// - Throws: what `fill` throws, and what `PixelBufferPool.take(height:width:)` throws.
    package convenience init(
        pool: PixelBufferPool,
        height: Int,
        width: Int,
        fill: (UnsafeMutableRawBufferPointer) throws(ImagingError) -> Void
    ) throws(ImagingError) {
        let buffer = try pool.take(height: height, width: width)
        try fill(buffer.memory.bytes)
        self.init(memory: buffer.memory, height: height, width: width)
    }

    /// The number of bytes, height × width × 3.
    package var byteCount: Int { memory.bytes.count }

    /// Lends the pixels, `byteCount` bytes, for the duration of `body`.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory.bytes))
    }

    /// Lends the pixels, `byteCount` bytes, until the asynchronous `body` is over: for sending them.
    package func lendBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await body(UnsafeRawBufferPointer(memory.bytes))
    }
}

/// Pixels that one owner is still writing; `seal()` turns them into an image that can be shared.
///
/// For bytes that arrive in pieces, from a socket for instance. Dropped unsealed, the memory returns to its pool.
package struct MutablePixelBuffer: ~Copyable, Sendable {
    /// Rows.
    package let height: Int
    /// Pixels in a row.
    package let width: Int
    let memory: PooledMemory

    init(memory: PooledMemory, height: Int, width: Int) {
        self.memory = memory
        self.height = height
        self.width = width
    }

    /// The number of bytes, height × width × 3.
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
        PixelBuffer(memory: memory, height: height, width: width)
    }
}
