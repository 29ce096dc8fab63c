import Foundation

/// A descriptor that becomes readable when another thread wants a word with the thread that polls it.
///
/// A non-blocking pipe: any number of calls before the poll are one wake-up.
final class WakeUp: Sendable {
    /// The end to poll for reading.
    let descriptor: Int32
    private let writeEnd: Int32

    init() throws(TransportError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
        }
        guard result == 0 else {
            throw TransportError(
                .overloaded,
                operation: "transport.wakeup",
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

    /// Makes the descriptor readable.
    ///
    /// A full pipe is readable already, so nothing is lost then.
    func signal() {
        var byte: UInt8 = 1
        write(writeEnd, &byte, 1)
    }

    /// Makes the descriptor quiet again.
    func drain() {
        var buffer: (UInt64, UInt64) = (0, 0)
        while read(descriptor, &buffer, MemoryLayout.size(ofValue: buffer)) > 0 {}
    }
}
