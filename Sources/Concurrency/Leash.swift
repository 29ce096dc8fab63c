package import Foundation
import Synchronization

/// Ends a program that this process has started when this process ends, however it does.
///
/// A shell waits on a pipe that nobody but this process holds open, and kills the program when it closes. The signal that Linux can send to
/// a child when its parent ends (`PR_SET_PDEATHSIG`) comes with the end of the thread that started it, and threads of Swift's pool come and go.
package final class Leash {
    private let shell = Process()
    private let pipe: Pipe

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: The program, not started.
    ///   - cleanUp: Commands for the shell once it has killed the program.
    ///   - arguments: The `$1`, `$2` … of these commands.
    /// - Throws: What the system says when the program, or the shell, cannot be started.
    package init(starting program: Process, cleanUp: String = "", arguments: [String] = []) throws {
        try Self.start(program)
        // Not before: the program must not inherit it.
        pipe = Pipe()
        shell.executableURL = URL(filePath: "/bin/sh")
        // A Ctrl-C is for all programs of a terminal, the shell among them.
        let script = """
            trap '' INT TERM HUP
            read -r word && exit
            kill -KILL "$1"
            shift
            \(cleanUp)
            """
        shell.arguments = ["-c", script, "leash", "\(program.processIdentifier)"] + arguments
        shell.standardInput = pipe
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        do {
            try Self.start(shell)
        } catch {
            kill(program.processIdentifier, SIGKILL)
            program.waitUntilExit()
            throw error
        }
    }

    /// Lets go of a program that has ended: from then on its number may be another's.
    package func release() throws {
        guard shell.isRunning else { return }
        try pipe.fileHandleForWriting.write(contentsOf: Data("released\n".utf8))
    }

    /// Starts one program after the other, with no signal blocked.
    ///
    /// A program inherits what its starter blocks, and threads of Swift's pools block nearly all: a shell would never hear that its
    /// child has ended. Foundation hears of an exit by the end of a socket that the program inherits; another program that starts at the
    /// same moment may inherit it too, and then the exit is heard of only when both have ended.
    private static func start(_ program: Process) throws {
        try starting.withLock { _ in
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            try program.run()
        }
    }

    private static let starting = Mutex(())
}
