import Glibc

/// Whole pages of memory straight from the system, unmapped when the last owner lets go.
///
/// Mapped rather than taken from `malloc`: what the pool drops must leave the process, and `malloc` may keep it.
///
/// `@unchecked Sendable`: the block hands out its address and never looks through it. Who may read or write is decided
/// by the one lease that holds the block at a time.
final class PageBlock: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let capacity: Int

    /// Maps at least `byteCount` bytes; nil when the system has no memory to give.
    init?(byteCount: Int) {
        guard let capacity = Self.capacity(for: byteCount),
            let address = mmap(nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
            address != MAP_FAILED
        else { return nil }
        // One fault for 2 MiB instead of five hundred: the first touch of a page is what a fresh buffer costs.
        if capacity >= Self.hugePage { madvise(address, capacity, MADV_HUGEPAGE) }
        self.address = address
        self.capacity = capacity
    }

    deinit {
        munmap(address, capacity)
    }

    /// The size class of a request, in bytes; nil when it leaves the range of `Int`.
    ///
    /// Rounded up by at most an eighth, so that images of nearly equal size share their memory.
    static func capacity(for byteCount: Int) -> Int? {
        guard byteCount > 0, byteCount <= Int.max / 4 else { return nil }
        let magnitude = Int.bitWidth - 1 - byteCount.leadingZeroBitCount
        let step = max(page, 1 << max(0, magnitude - 3))
        return (byteCount + step - 1) / step * step
    }

    private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    private static let hugePage = 2 << 20
}
