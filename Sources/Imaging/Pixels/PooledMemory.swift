import CYCbCr

/// A block on loan from a pool; it goes back when the lease ends.
///
/// `@unchecked Sendable`: written only through `MutablePixelBuffer`, which cannot be copied, or by the function that took
/// the lease; after that only read.
final class PooledMemory: @unchecked Sendable {
    /// Readable bytes that are promised behind the last one asked for.
    static let slack = Int(CYCBCR_LOOKAHEAD)

    let bytes: UnsafeMutableRawBufferPointer
    private let block: PageBlock
    private let pool: PixelBufferPool

    init(block: PageBlock, byteCount: Int, pool: PixelBufferPool) {
        self.bytes = UnsafeMutableRawBufferPointer(start: block.address, count: byteCount)
        self.block = block
        self.pool = pool
    }

    deinit {
        pool.putBack(block)
    }
}
