import Pipeline
import Synchronization
import Worker

/// Keeps the first error result, because a measurement of failures is none.
final class BenchFailures: Sendable {
    private let first = Mutex<String?>(nil)

    /// Looks at a result.
    func note(_ result: EncodedResult) {
        guard result.isError else { return }
        first.withLock { if $0 == nil { $0 = String(decoding: result.json, as: UTF8.self) } }
    }

    /// Ends the measurement when something failed.
    ///
    /// - Throws: `CommandFailure` with the first error.
    func check() throws {
        if let error = first.withLock(\.self) { throw CommandFailure("An image failed: \(error)") }
    }
}
