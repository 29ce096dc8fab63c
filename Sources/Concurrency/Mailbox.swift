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
    /// - Parameter wake: Ends the thread's present wait; if it does not wait now, its next wait ends at once. It is called outside the
    ///   mailbox's lock, because the woken thread takes that at once, so it may be called after the thread has ended.
    package init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Puts in a command, and wakes the thread.
    ///
    /// - Returns: `false` once the mailbox is closed; the command is still the caller's.
    @discardableResult
    package func post(_ command: Command) -> Bool {
        let waiting = state.withLock { state -> Int? in
            guard state.isOpen else { return nil }
            state.commands.append(command)
            return state.commands.count
        }
        // Before there were others the thread was woken for those, and takes this one with them.
        if waiting == 1 { wake() }
        return waiting != nil
    }

    /// Takes in no more, and wakes the thread; a second call does nothing.
    package func close() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { wake() }
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
