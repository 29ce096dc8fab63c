import Glibc

/// Memory that the process has freed, and that its allocator keeps.
package enum FreedMemory {
    /// Gives it back to the system, where the allocator is glibc's.
    ///
    /// Runtimes free half a model's size and more when they have loaded it, in blocks that a run has no use for.
    package static func giveBack() {
        // Swift's view of glibc lacks malloc.h.
        guard let function = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(function, to: (@convention(c) (Int) -> Int32).self)(0)
    }
}
