import Foundation

/// Waiting for a socket and a wake-up descriptor in one call.
enum Poll {
    /// What happened.
    struct Outcome {
        /// The socket can be read, or has failed, which reading will tell.
        var isReadable = false
        /// The socket can be written.
        var isWritable = false
        /// The wake-up descriptor was signalled.
        var isWoken = false
    }

    /// Waits at most until `deadline`, for ever when there is none.
    ///
    /// - Parameters:
    ///   - socket: The socket, or -1 for none.
    ///   - reading: Whether to wait until it can be read.
    ///   - writing: Whether to wait until it can be written, too.
    ///   - wakeUp: The descriptor another thread signals; drained here.
    ///   - deadline: When to give up; a moment in the past only looks.
    ///   - hasNews: Whether what the wake-up would tell of is there already; then this only looks.
    /// - Returns: What happened; nothing when the time was up.
    static func wait(
        socket: Int32,
        reading: Bool = true,
        writing: Bool,
        wakeUp: WakeUp?,
        until deadline: ContinuousClock.Instant?,
        unless hasNews: () -> Bool = { false }
    ) -> Outcome {
        // Armed first: news that come after the question are signalled.
        wakeUp?.arm()
        defer { wakeUp?.disarm() }
        let limit = hasNews() ? 0 : milliseconds(until: deadline)
        var descriptors = (
            pollfd(fd: socket, events: Int16((reading ? POLLIN : 0) | (writing ? POLLOUT : 0)), revents: 0),
            pollfd(fd: wakeUp?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
        )
        let result = withUnsafeMutablePointer(to: &descriptors) { pointer in
            pointer.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, limit) }
        }
        // An interrupted wait is a wake-up without a reason; every caller loops.
        guard result > 0 else { return Outcome() }
        let failed = Int16(POLLERR | POLLHUP | POLLNVAL)
        let outcome = Outcome(
            isReadable: descriptors.0.revents & (Int16(POLLIN) | failed) != 0,
            isWritable: descriptors.0.revents & (Int16(POLLOUT) | failed) != 0,
            isWoken: descriptors.1.revents != 0
        )
        if outcome.isWoken { wakeUp?.drain() }
        return outcome
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = deadline - .now
        guard left > .zero else { return 0 }
        // Rounded up: waking a little early would spin.
        return Int32(clamping: Int(left / .milliseconds(1)) + 1)
    }
}
