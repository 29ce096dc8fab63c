import Foundation
import Synchronization
import Telemetry

/// A descriptor that becomes readable when another thread wants a word with the thread that polls it.
///
/// A non-blocking pipe, written to only while the thread waits, or is about to: a busy one costs its callers no call of the system.
final class WakeUp: Sendable {
    /// The end to poll for reading.
    let descriptor: Int32
    private let writeEnd: Int32
    private let isArmed = Atomic(false)

    init() throws(TransportError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
        }
        guard result == 0 else {
            throw TransportError(
                .overloaded,
                operation: "wake_up.open",
                message: "no descriptor is left for a wake-up pipe",
                nativeCode: errno
            )
        }
        (descriptor, writeEnd) = ends
        for end in [descriptor, writeEnd] {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// From here on the thread must be signalled; it looks for news afterwards, before it waits.
    func arm() {
        isArmed.store(true, ordering: .sequentiallyConsistent)
    }

    /// The thread is awake and looks for news by itself.
    func disarm() {
        isArmed.store(false, ordering: .sequentiallyConsistent)
    }

    /// Makes the descriptor readable if the thread may be waiting; the news must be there before this is called.
    ///
    /// A full pipe is readable already, so nothing is lost then.
    func signal() {
        guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
        var byte: UInt8 = 1
        write(writeEnd, &byte, 1)
    }

    /// Makes the descriptor quiet again.
    func drain() {
        var buffer: (UInt64, UInt64) = (0, 0)
        let size = MemoryLayout.size(ofValue: buffer)
        while read(descriptor, &buffer, size) == size {}
    }
}
