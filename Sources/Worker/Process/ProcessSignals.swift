import Concurrency
import Foundation
import Synchronization

/// Takes the process's signals from its first moment on, and hands them to whoever listens.
///
/// A signal that comes before anybody listens is kept. Without that, process number 1 of a container would lose it, and any other would be
/// ended in the middle of its start. The handlers are functions rather than "ignore", so that programs which are started get the system's
/// defaults back.
package final class ProcessSignals: Sendable {
    /// Those of this process.
    package static let shared = ProcessSignals { number in
        signal(number, SIG_DFL)
        kill(getpid(), number)
        // Process number 1 has no defaults.
        _exit(128 + number)
    }

    /// The effect of a signal.
    private enum Phase {
        /// Nobody has said yet what a signal does; the first two are kept.
        case starting(kept: [Int32])
        /// The system's own action.
        case command
        /// The role's action.
        case role(stop: @Sendable () -> Void, again: @Sendable () -> Void, isStopping: Bool)
    }

    private struct State {
        var phase = Phase.starting(kept: [])
        var toggle: (@Sendable () -> Void)?
        /// How often SIGUSR1 came before anybody listened.
        var toggles = 0

        mutating func toggled() -> (@Sendable () -> Void)? {
            if toggle == nil { toggles += 1 }
            return toggle
        }

        mutating func stopped(by number: Int32) -> (@Sendable () -> Void)? {
            switch phase {
            case .starting(let kept):
                if kept.count < 2 { phase = .starting(kept: kept + [number]) }
                return nil
            case .command:
                return nil
            case .role(let stop, let again, let isStopping):
                phase = .role(stop: stop, again: again, isStopping: true)
                return isStopping ? again : stop
            }
        }
    }

    private let state = Mutex(State())
    private let end: @Sendable (Int32) -> Void

    /// Makes signals that ``receive(_:)`` brings.
    ///
    /// - Parameter end: Ends the process as the signal does by itself.
    package init(end: @escaping @Sendable (Int32) -> Void) {
        self.end = end
    }

    /// Takes the signals of the process: those that stop it, SIGUSR1, and SIGPIPE, which is nothing (a write that fails says so).
    ///
    /// A SIGHUP that was ignored before stays so, which is what `nohup` is for.
    package func start() {
        var pipe: [Int32] = [-1, -1]
        guard Foundation.pipe(&pipe) == 0 else { return }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must never wait: signals that nobody has read yet are enough of them.
        _ = fcntl(pipe[1], F_SETFL, O_NONBLOCK)
        writingEnd = pipe[1]
        do throws(SystemThread.Shortage) {
            try SystemThread.start(name: "signals", stackBytes: 512 << 10) { [readingEnd = pipe[0]] in
                self.receiveAll(from: readingEnd)
            }
        } catch {
            // Signals then do what they do by themselves, and whatever needs the next thread says why there is none.
            return
        }
        signal(SIGPIPE) { _ in }
        for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] where number != SIGHUP || !Self.isIgnored(number) {
            signal(number, passOn)
        }
    }

    /// Lets signals end the process from now on, as they do by themselves, and has those come that were kept.
    package func endProcess() {
        let kept = state.withLock { state -> [Int32] in
            guard case .starting(let kept) = state.phase else { return [] }
            state.phase = .command
            return kept
        }
        if let first = kept.first { end(first) }
    }

    /// Says what the signals do that stop the process; one that was kept does it now.
    ///
    /// - Parameters:
    ///   - stop: Called for the first one, unless there was one before.
    ///   - again: Called for every further one.
    func whenStopped(_ stop: @escaping @Sendable () -> Void, again: @escaping @Sendable () -> Void) {
        let kept = state.withLock { state -> [Int32] in
            switch state.phase {
            case .starting(let kept):
                state.phase = .role(stop: stop, again: again, isStopping: false)
                return kept
            case .command:
                state.phase = .role(stop: stop, again: again, isStopping: false)
            case .role(_, _, let isStopping):
                state.phase = .role(stop: stop, again: again, isStopping: isStopping)
            }
            return []
        }
        for number in kept { receive(number) }
    }

    /// Says what SIGUSR1 does; one that was kept does it now.
    func whenToggled(_ toggle: @escaping @Sendable () -> Void) {
        let count = state.withLock { state in
            state.toggle = toggle
            defer { state.toggles = 0 }
            return state.toggles
        }
        // Two toggles cancel each other.
        if count % 2 == 1 { toggle() }
    }

    /// Does what a signal that came does now.
    func receive(_ number: Int32) {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            if case .command = state.phase { return { [end] in end(number) } }
            return number == SIGUSR1 ? state.toggled() : state.stopped(by: number)
        }
        action?()
    }

    private func receiveAll(from readingEnd: Int32) {
        // Threads are started with what their starter blocks, and those of Swift's pool block nearly everything.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_UNBLOCK, &all, nil)
        var number: UInt8 = 0
        while true {
            switch read(readingEnd, &number, 1) {
            case 1: receive(Int32(number))
            case -1 where errno == EINTR: continue
            default: return
            }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// Where the handler writes; set once, before there is a handler.
nonisolated(unsafe) private var writingEnd: Int32 = -1

/// The handler: does nothing but what a handler may, and hands the number to the thread that waits for it.
private func passOn(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(writingEnd, &byte, 1)
    errno = before
}
