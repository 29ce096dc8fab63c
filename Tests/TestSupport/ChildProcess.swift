import Concurrency
package import Foundation
import Synchronization

/// A program started by a test, which cannot outlive the test process.
///
/// Should it be there when the test process ends, its ``Leash`` kills it and the process named in `pidFile`, and removes the scratch folder.
package final class ChildProcess: Sendable {
    // Process is not Sendable; once started it is only touched under this lock.
    private let state: Mutex<(child: Process, leash: Leash)>
    private let exit = OneShot()
    /// The process identifier of the program.
    package let pid: pid_t

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: Absolute path.
    ///   - arguments: Its arguments.
    ///   - environment: Its whole environment.
    ///   - output: The file that takes what it prints.
    ///   - pidFile: A file in which the program writes the identifier of a process of its own, killed with it.
    ///   - directory: Where it works; where this process does when left out.
    ///   - scratch: A folder that is removed should the test process end without ``release()``.
    /// - Throws: What the operating system says when the program cannot be started.
    package init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        output: URL,
        pidFile: String? = nil,
        directory: URL? = nil,
        scratch: URL
    ) throws {
        if !FileManager.default.fileExists(atPath: output.path) {
            _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: output)
        try handle.seekToEnd()
        let child = Process()
        child.executableURL = URL(fileURLWithPath: executable)
        child.arguments = arguments
        child.environment = environment
        if let directory { child.currentDirectoryURL = directory }
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = handle
        child.standardError = handle
        let exit = exit
        child.terminationHandler = { _ in exit.fire() }
        let leash = try Leash(
            starting: child,
            cleanUp: """
                [ -f "$1" ] && kill -KILL "$(cat "$1")"
                rm -rf "$2"
                """,
            arguments: [pidFile ?? "", scratch.path]
        )
        pid = child.processIdentifier
        state = Mutex((child, leash))
    }

    /// Whether the program has not ended yet.
    package var isRunning: Bool {
        state.withLock { $0.child.isRunning }
    }

    /// The exit status, once the program has ended; the number of the signal when that ended it, -1 while it runs.
    package var exitStatus: Int32 {
        state.withLock { $0.child.isRunning ? -1 : $0.child.terminationStatus }
    }

    /// Whether a signal ended the program that it did not handle.
    package var wasKilled: Bool {
        state.withLock { !$0.child.isRunning && $0.child.terminationReason == .uncaughtSignal }
    }

    /// Sends a signal to the program.
    package func send(signal: Int32) {
        if isRunning { kill(pid, signal) }
    }

    /// Waits until the program has ended; when the task is cancelled, as that of a test whose time is up, the program is killed.
    package func waitForExit() async {
        await withTaskCancellationHandler {
            await exit.wait()
        } onCancel: {
            kill(pid, SIGKILL)
        }
    }

    /// Lets go of the program, which was ended in an orderly way, and of the scratch folder, which is still wanted.
    package func release() throws {
        try state.withLock { try $0.leash.release() }
    }
}

extension ChildProcess {
    /// Runs one suite of this test program in a process of its own until it ends: for what would end, or hold up, the tests beside it.
    ///
    /// - Parameters:
    ///   - suite: The suite, which does nothing unless the variable is set.
    ///   - variable: The environment variable that orders it.
    ///   - value: What the variable is set to.
    /// - Returns: The status, and all that the process printed.
    /// - Throws: What keeps the process from being started, or its words from being read.
    package static func runSuite(
        _ suite: String,
        ordering variable: String,
        value: String = "1"
    ) async throws -> (status: Int32, said: String) {
        let scratch = try PackagePaths.scratch(suite)
        let output = scratch.appending(path: "output.log")
        var environment = ProcessInfo.processInfo.environment
        environment[variable] = value
        let child = try ChildProcess(
            executable: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path,
            arguments: ["--testing-library", "swift-testing", "--filter", suite],
            environment: environment,
            output: output,
            scratch: scratch
        )
        await child.waitForExit()
        try child.release()
        defer { try? FileManager.default.removeItem(at: scratch) }
        return (child.exitStatus, try String(contentsOf: output, encoding: .utf8))
    }
}
