import DequeModule
import Synchronization
import Telemetry

/// The state that callers share with the thread of one connection.
final class RedisMailbox: Sendable {
    private struct State {
        var commands: Deque<RedisCommand> = []
        var isClosing = false
        var address: RedisAddress?
    }

    let wakeUp: WakeUp
    private let state = Mutex(State())

    init() throws(TransportError) {
        wakeUp = try WakeUp()
    }

    static let closed = TransportError(
        .closed,
        operation: "redis.keep",
        message: "the connection was closed by this process",
        isRetriable: false
    )

    /// Posts a command; after the close it fails at once.
    func post(_ command: RedisCommand) {
        let isClosed = state.withLock { state in
            if state.isClosing { return true }
            state.commands.append(command)
            return false
        }
        guard !isClosed else { return command.finish(.failure(Self.closed)) }
        wakeUp.signal()
    }

    /// The address that is, or was last, tried or connected to.
    var address: RedisAddress? { state.withLock { $0.address } }

    /// Notes the address that is tried now.
    func use(_ address: RedisAddress) {
        state.withLock { $0.address = address }
    }

    /// Asks the thread to end.
    func close() {
        state.withLock { $0.isClosing = true }
        wakeUp.signal()
    }

    /// Whether the thread was asked to end.
    var isClosing: Bool { state.withLock(\.isClosing) }

    /// Whether there is something to take, or the end.
    func hasNews() -> Bool { state.withLock { $0.isClosing || !$0.commands.isEmpty } }

    /// Takes the oldest command; none after the close.
    func takeFirst() -> RedisCommand? {
        state.withLock { $0.isClosing ? nil : $0.commands.popFirst() }
    }

    /// Fails all commands that wait.
    func failAll(_ error: TransportError) {
        let commands = state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
        for command in commands { command.finish(.failure(error)) }
    }
}
