import Foundation
import TestSupport
import Testing

extension RunningProgram {
    /// Starts a worker, kills it in the middle of its work, and has a second one do the rest, which stops well when it is told to.
    ///
    /// - Parameters:
    ///   - start: Starts either of them.
    ///   - isUnderWay: Whether the first has done enough to be killed.
    ///   - isDone: Whether the second has done the rest.
    ///   - sourceLocation: Where a failure is told of.
    /// - Returns: The two, both ended.
    /// - Throws: What the closures throw, and when nothing comes of it for long.
    @discardableResult
    static func killedAndSucceeded(
        by start: () throws -> RunningProgram,
        killedWhen isUnderWay: () async throws -> Bool,
        stoppedWhen isDone: () async throws -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [RunningProgram] {
        let first = try start()
        try await eventually { try await isUnderWay() || !first.child.isRunning }
        first.child.send(signal: SIGKILL)
        await first.child.waitForExit()
        let second = try start()
        try await eventually { try await isDone() || !second.child.isRunning }
        #expect(second.child.isRunning, "\(second.said)", sourceLocation: sourceLocation)
        second.child.send(signal: SIGTERM)
        await second.child.waitForExit()
        #expect(second.child.exitStatus == 0, "\(second.said)", sourceLocation: sourceLocation)
        return [first, second]
    }
}
