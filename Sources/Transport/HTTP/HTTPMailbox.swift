internal import CCurl
internal import Synchronization

/// The way from any task to the one thread that owns the transfers.
final class HTTPMailbox: Sendable {
    /// What the thread is asked to do.
    enum Command: Sendable {
        case start(HTTPJob)
        case cancel(HTTPJob.ID)
    }

    private struct State {
        var commands: [Command] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let multi: MultiHandle

    init(multi: MultiHandle) {
        self.multi = multi
    }

    /// Hands a command over and wakes the thread.
    ///
    /// - Returns: `false` once the mailbox is closed; the command is then not taken.
    func send(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.commands.append(command)
            // Inside the lock: the thread frees the handle only after it has seen the mailbox closed.
            curl_multi_wakeup(multi.pointer)
            return true
        }
    }

    /// Closes for good.
    ///
    /// The thread fails what it has, and ends.
    func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            curl_multi_wakeup(multi.pointer)
        }
    }

    /// Everything handed over since the last call, and whether more can come; for the thread alone.
    func take() -> (commands: [Command], isOpen: Bool) {
        state.withLock { state in
            let commands = state.commands
            state.commands = []
            return (commands, state.isOpen)
        }
    }
}

/// One hop on its way through the thread.
struct HTTPJob: Sendable {
    typealias ID = UInt64

    let id: ID
    let hop: HTTPHop
    let deadline: ContinuousClock.Instant
    let cancellation: HTTPCancellation
    let completion: CheckedContinuation<Result<HTTPAnswer, TransportError>, Never>
}

/// Remembers a cancellation that overtakes the job it belongs to.
final class HTTPCancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() {
        flag.store(true, ordering: .releasing)
    }
}

/// libcurl's multi handle.
///
/// `@unchecked Sendable`: only the loop's thread uses and frees it, but for `curl_multi_wakeup`, which libcurl allows from any
/// thread and ``HTTPMailbox`` calls under its lock while it is open, that is before the thread frees the handle.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}
