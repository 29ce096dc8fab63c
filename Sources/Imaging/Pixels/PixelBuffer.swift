/// An image of 8 bits a sample, unchanging.
///
/// Whatever its layout, `withRows(columns:)` shows it as RGB.
///
/// The memory belongs to a pool and returns to it when the last reference goes.
package final class PixelBuffer: Sendable {
    /// How the bytes lie.
    package let layout: PixelLayout
    /// Rows.
    package let height: Int
    /// Pixels in a row.
    package let width: Int
    private let memory: PooledMemory

    init(memory: PooledMemory, layout: PixelLayout, height: Int, width: Int) {
        self.memory = memory
        self.layout = layout
        self.height = height
        self.width = width
    }

    /// Creates an image of `height` × `width` whose bytes `fill` writes, all of them: the memory arrives with old pixels.
    /// - Throws: what `fill` throws, and what `PixelBufferPool.take(layout:height:width:)` throws.
    package convenience init(
        pool: PixelBufferPool,
        layout: PixelLayout = .rgb,
        height: Int,
        width: Int,
        fill: (UnsafeMutableRawBufferPointer) throws(ImagingError) -> Void
    ) throws(ImagingError) {
        let buffer = try pool.take(layout: layout, height: height, width: width)
        try fill(buffer.memory.bytes)
        self.init(memory: buffer.memory, layout: layout, height: height, width: width)
    }

    /// The number of bytes, by layout.
    package var byteCount: Int { memory.bytes.count }

    /// Lends the bytes as they lie, `byteCount` of them, for the duration of `body`.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory.bytes))
    }

    /// Lends the bytes as they lie, `byteCount` of them, until the asynchronous `body` is over: for sending them.
    package func lendBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await body(UnsafeRawBufferPointer(memory.bytes))
    }
}
