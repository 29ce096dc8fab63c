import Synchronization
import Telemetry

/// A connection to a Redis server with the thread that sends and receives on it, one command after the other.
final class RedisConnection: Sendable {
    private let commandTimeout: Duration
    private let mailbox: RedisMailbox
    private let load = Atomic(0)

    init(configuration: RedisConfiguration, resolve: @escaping HostAddresses.Resolver) throws(TransportError) {
        let mailbox = try RedisMailbox()
        self.mailbox = mailbox
        commandTimeout = configuration.commandTimeout
        try startThread(name: "redis", operation: "redis.keep") {
            RedisLoop(configuration: configuration, resolve: resolve, mailbox: mailbox).run()
        }
    }

    deinit {
        mailbox.close()
    }

    /// The commands asked for and not answered.
    var outstanding: Int { load.load(ordering: .relaxed) }

    /// The server and its address that is used, or tried; nil before the first command.
    var address: String? { mailbox.address?.description }

    /// Closes the connection and ends its thread; commands under way and later ones fail with code `closed`.
    func close() {
        mailbox.close()
    }

    /// Has a command answered.
    ///
    /// - Parameters:
    ///   - operation: Its name in errors.
    ///   - arguments: The command, as Redis wants it.
    ///   - value: An argument that stands third and is sent from the caller's memory.
    ///   - place: Gives the memory for a value; without one it is kept, if it is small.
    /// - Returns: The answer.
    /// - Throws: ``TransportError``, also for what the server refuses.
    func run(
        _ operation: OperationName,
        _ arguments: [String],
        value: LentBytes?,
        place: RedisClient.Place?
    ) async throws(TransportError) -> RedisReply {
        load.add(1, ordering: .relaxed)
        defer { load.subtract(1, ordering: .relaxed) }
        let result = await withCheckedContinuation { continuation in
            mailbox.post(
                RedisCommand(
                    operation: operation,
                    arguments: arguments,
                    value: value,
                    place: place,
                    deadline: .now + commandTimeout,
                    finish: { continuation.resume(returning: $0) }
                )
            )
        }
        return try result.get()
    }
}
