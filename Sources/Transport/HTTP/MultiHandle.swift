internal import CCurl

/// libcurl's multi handle.
///
/// `@unchecked Sendable`: only the loop's thread uses and frees it, but for ``wake()``, which libcurl allows from any thread and the
/// mailbox calls only while it is open, that is before the thread frees the handle.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// Ends the thread's wait for its transfers, or the next one.
    func wake() { curl_multi_wakeup(pointer) }
}
