import Transport
import Worker

/// The files without an analysis, with the reason of each, for the end of a run.
package struct FileFailures: Sendable {
    /// More reasons than these are counted: a wrong folder of a hundred thousand files must not scroll all else away.
    private static let mostReasons = 1_000

    /// How many there are.
    package private(set) var count = 0
    private var reasons: [ImageFiles.Unreadable] = []

    /// None yet.
    package init() {}

    /// Notes a file.
    package mutating func add(_ path: String, reason: String) {
        count += 1
        if reasons.count < Self.mostReasons { reasons.append(.init(path: path, reason: reason)) }
    }

    /// A line for each: its path, and why.
    package var lines: [String] {
        let more = count - reasons.count
        // A name must not begin a line of its own.
        return reasons.map { "  \($0.path.visible): \($0.reason.visible)" }
            + (more > 0 ? ["  and \(more) more"] : [])
    }
}
