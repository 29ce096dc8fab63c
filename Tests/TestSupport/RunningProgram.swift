package import Foundation

/// The built program, run as a user would.
package struct RunningProgram {
    package let child: ChildProcess
    /// A folder for this program alone, in which it works.
    package let scratch: URL
    private let output: URL

    /// Starts it.
    ///
    /// - Parameters:
    ///   - arguments: The command line without the program's name.
    ///   - shell: What a shell runs that arranges what the program finds, the program and its arguments as `"$@"`; none when left out.
    ///   - environment: Added to this process's.
    ///   - scratch: The folder; a fresh one when left out.
    /// - Throws: What the system says when it cannot be started.
    package init(
        _ arguments: [String],
        shell: String? = nil,
        environment: [String: String] = [:],
        scratch: URL? = nil
    ) throws {
        let scratch = try scratch ?? PackagePaths.scratch("program")
        self.scratch = scratch
        output = scratch.appending(path: "\(UUID().uuidString).log")
        child = try ChildProcess(
            executable: shell == nil ? PackagePaths.executable : "/bin/bash",
            arguments: (shell.map { ["-c", $0, "bash", PackagePaths.executable] } ?? []) + arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: output,
            directory: scratch,
            scratch: scratch
        )
    }

    /// What it has said so far, on both outputs as far as the shell did not send them elsewhere.
    package var said: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// Waits for its end.
    ///
    /// - Returns: Its status, and what it said.
    package func end() async throws -> (status: Int32, said: String) {
        await child.waitForExit()
        let said = said
        try child.release()
        try FileManager.default.removeItem(at: scratch)
        return (child.wasKilled ? -child.exitStatus : child.exitStatus, said)
    }
}

/// A file that is a pipe: whoever opens it for reading waits for somebody who writes, and the other way round.
package struct NamedPipe {
    package let path: String

    package init(in folder: URL) throws {
        path = folder.appending(path: "pipe-\(UUID().uuidString)").path
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Opens it for writing once somebody has it open for reading.
    ///
    /// - Returns: The descriptor; while it is open and nothing is written, the reader waits.
    package func openOnceRead() async throws -> Int32 {
        var descriptor: Int32 = -1
        try await eventually {
            descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return descriptor >= 0
        }
        return descriptor
    }
}
