internal import CCurl
internal import Synchronization

/// libcurl's multi handle, which one thread uses and frees, and any may wake.
///
/// `@unchecked Sendable`: only the loop's thread uses the pointer, but for ``wake()``, which libcurl allows from any thread; the lock keeps
/// it from a handle that is freed.
final class MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    private let isFree = Mutex(false)

    init(pointer: UnsafeMutableRawPointer) {
        self.pointer = pointer
    }

    /// Ends the thread's wait for its transfers, or the next one; does nothing once the handle is freed.
    func wake() {
        isFree.withLock { isFree in
            if !isFree { curl_multi_wakeup(pointer) }
        }
    }

    /// Frees the handle; for the loop's thread, and for whoever could not start it.
    func free() {
        isFree.withLock { $0 = true }
        curl_multi_cleanup(pointer)
    }
}
