import Synchronization

/// The way from any task to the one thread that owns a connection of a C library.
///
/// The thread takes all commands in turn, in the order in which they came, and waits in a call of the library while there are none.
package final class Mailbox<Command: Sendable>: Sendable {
    private struct State {
        var commands: [Command] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// Makes an empty mailbox.
    ///
    /// - Parameter wake: Ends the thread's wait, or the next one. Called under the mailbox's lock and only while it is open, so never after
    ///   the thread has seen it closed.
    package init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Puts in a command, and wakes the thread.
    ///
    /// - Returns: `false` once the mailbox is closed; the command is still the caller's.
    @discardableResult
    package func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.commands.append(command)
            // Before there were others the thread was woken for those, and takes this one with them.
            if state.commands.count == 1 { wake() }
            return true
        }
    }

    /// Takes in no more, and wakes the thread; a second call does nothing.
    package func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            wake()
        }
    }

    /// Whether ``take()`` would say anything new; for the thread alone.
    package var hasNews: Bool { state.withLock { !$0.isOpen || !$0.commands.isEmpty } }

    /// Everything put in since the last call, and whether more can come; for the thread alone.
    package func take() -> (commands: [Command], isOpen: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isOpen)
        }
    }
}
