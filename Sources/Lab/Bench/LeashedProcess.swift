import Concurrency
import Foundation

/// A program that this process starts, and that does not outlive it, however this one ends.
final class LeashedProcess {
    private let process: Process
    private let leash: Leash

    /// Starts a program.
    ///
    /// - Parameter process: The program, not started.
    /// - Throws: What the system says when it cannot be started.
    init(_ process: Process) throws {
        leash = try Leash(starting: process)
        self.process = process
    }

    /// Whether it has not ended.
    var isRunning: Bool { process.isRunning }

    /// Asks it to end, as Ctrl-C does.
    func interrupt() { process.interrupt() }

    /// Asks it to end.
    func terminate() { process.terminate() }

    /// Waits for its end.
    ///
    /// - Returns: Its status.
    @discardableResult
    func waitUntilExit() -> Int32 {
        process.waitUntilExit()
        try? leash.release()
        return process.terminationStatus
    }
}
