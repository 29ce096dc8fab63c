import Foundation
import Synchronization

/// Standard output or standard error: the only way out for text, by `write(2)`.
///
/// What a command was asked for is *written*: it waits for a slow reader, and a failure ends the command. What is said beside the work, such
/// as the log, is *offered*: text that nobody takes (the disk is full, the descriptor is closed, the reader has gone or stands still) is
/// dropped and counted, and the work goes on.
package final class Output: Sendable {
    /// Standard output: the text that the program was asked for.
    package static let standard = Output(descriptor: STDOUT_FILENO, name: "Standard output")
    /// The log, progress, and why a command failed.
    package static let error = Output(descriptor: STDERR_FILENO, name: "Standard error")

    /// How long a reader that has kept up so far may stand still before text is dropped, in milliseconds.
    private static let patience: Int32 = 200
    /// A pipe that has room at all takes so much without blocking.
    private static let pieceBytes = 4_096

    private struct State {
        var dropped = 0
        /// Nobody took the last text: the next one does not wait.
        var isStuck = false
        /// The last text ended in the middle of a line.
        var isTorn = false
    }

    private let descriptor: Int32
    private let name: String
    private let state = Mutex(State())

    /// Makes an output.
    ///
    /// - Parameters:
    ///   - descriptor: Where it goes; stays open.
    ///   - name: What it is called when it cannot be written.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Texts that were offered and that nobody took.
    var dropped: Int { state.withLock(\.dropped) }

    /// Writes text if somebody takes it, else drops it; texts of several threads do not mix.
    package func offer(_ text: String) {
        state.withLock { state in
            let bytes = Array((state.isTorn ? "\n" : "").utf8) + Array(text.utf8)
            let written = offer(bytes[...], patience: state.isStuck ? 0 : Self.patience)
            state.isStuck = written < bytes.count
            guard state.isStuck else {
                state.isTorn = false
                return
            }
            state.dropped += 1
            if written > 0 { state.isTorn = bytes[written - 1] != UInt8(ascii: "\n") }
        }
    }

    /// Writes all of the text, however long that takes.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    package func write(_ text: String) throws(CommandFailure) {
        try write(Array(text.utf8)[...])
    }

    /// Writes the text and a line break, however long that takes.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    package func print(_ text: some CustomStringConvertible) throws(CommandFailure) {
        try write("\(text)\n")
    }

    /// Writes all of the bytes, however long that takes.
    ///
    /// - Throws: `CommandFailure` that says why they cannot be written.
    package func write(_ bytes: ArraySlice<UInt8>) throws(CommandFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(once: rest)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody else made the descriptor one that does not wait.
                _ = isReady(patience: -1)
            } else {
                throw CommandFailure("\(name) cannot be written: \(String(cString: strerror(errno))).")
            }
        }
    }

    /// How many of the bytes somebody took.
    private func offer(_ bytes: ArraySlice<UInt8>, patience: Int32) -> Int {
        var rest = bytes
        while !rest.isEmpty, isReady(patience: patience) {
            let count = write(once: rest.prefix(Self.pieceBytes))
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        return bytes.count - rest.count
    }

    /// Whether a write does not block; true as well when it fails at once.
    private func isReady(patience: Int32) -> Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let answer = poll(&question, 1, patience)
            if answer >= 0 || errno != EINTR { return answer > 0 }
        }
    }

    /// Writes some of the bytes; what the system answers, with its `errno`.
    private func write(once bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { bytes in
            while true {
                let count = Foundation.write(descriptor, bytes.baseAddress, bytes.count)
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }
}
