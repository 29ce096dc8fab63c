import Foundation

/// A program that this process starts, and that does not outlive it, however this one ends.
///
/// A shell waits on a pipe that nobody but this process holds open, and ends the program when it closes. The signal that Linux can send to
/// a child when its parent ends (`PR_SET_PDEATHSIG`) comes with the end of the thread that started it, and threads of Swift's pool come and go.
final class LeashedProcess {
    private let process: Process
    private let watchdog = Process()
    private let leash: Pipe

    /// Starts a program.
    ///
    /// - Parameter process: The program, not started.
    /// - Throws: What the system says when it, or the shell, cannot be started.
    init(_ process: Process) throws {
        self.process = process
        try Self.start(process)
        // Not before: the program must not inherit it.
        leash = Pipe()
        watchdog.executableURL = URL(filePath: "/bin/sh")
        watchdog.arguments = [
            // A Ctrl-C is for all programs of a terminal, this one among them.
            "-c", "trap '' INT TERM HUP; read -r word || kill -KILL \"$1\"", "leash", "\(process.processIdentifier)",
        ]
        watchdog.standardInput = leash
        watchdog.standardOutput = FileHandle.nullDevice
        watchdog.standardError = FileHandle.nullDevice
        do {
            try Self.start(watchdog)
        } catch {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw error
        }
    }

    /// Starts a program with no signal blocked: it inherits what its starter blocks, and threads of Swift's pool block nearly all.
    private static func start(_ program: Process) throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try program.run()
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
        // Its number may be another's from here on.
        if watchdog.isRunning {
            try? leash.fileHandleForWriting.write(contentsOf: Data("ended\n".utf8))
            watchdog.waitUntilExit()
        }
        return process.terminationStatus
    }
}
