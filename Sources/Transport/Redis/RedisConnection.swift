import Foundation
import Synchronization

/// A connection to a Redis server, made at the first command and again after a loss.
///
/// A thread of its own sends and receives, so no thread of the caller is blocked. Values go between the socket and the caller's memory
/// without a copy in between: the memory is lent until the call returns, which is at the latest when the time limit of the command
/// is over. For that reason a call is not cut short when its task is cancelled.
package final class RedisConnection: Sendable {
    /// Gives the memory for a value once its size in bytes is known.
    ///
    /// Called on the connection's thread; the memory must have exactly that size and last until the call it belongs to returns. An
    /// error refuses the value; the call then throws an error with code `tooLarge` that has it as `underlying`.
    package typealias Place = @Sendable (_ size: Int) throws -> UnsafeMutableRawBufferPointer

    /// Where and how.
    package let configuration: RedisConfiguration
    private let mailbox: RedisMailbox
    private let load = Atomic(0)

    /// Makes a connection object; connects at the first command.
    package convenience init(configuration: RedisConfiguration) throws(TransportError) {
        try self.init(configuration: configuration, resolve: HostAddresses.system)
    }

    /// Makes a connection object that looks names up in its own way.
    init(configuration: RedisConfiguration, resolve: @escaping HostAddresses.Resolver) throws(TransportError) {
        let mailbox = try RedisMailbox()
        self.configuration = configuration
        self.mailbox = mailbox
        let addresses = HostAddresses([configuration.server], limit: configuration.connectTimeout, resolve: resolve)
        try startThread(name: "redis", operation: "redis.connection") {
            RedisLoop(configuration: configuration, addresses: addresses, mailbox: mailbox).run()
        }
    }

    deinit {
        mailbox.close()
    }

    /// The commands asked for and not answered.
    package var outstanding: Int { load.load(ordering: .relaxed) }

    /// The server and its address that is used, or tried; nil before the first command.
    package var address: String? { mailbox.address?.description }

    /// Closes the connection and ends its thread; commands under way and later ones fail with code `closed`.
    package func close() {
        mailbox.close()
    }

    /// Reads a value into memory of the caller.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - place: Gives the memory; see ``Place``.
    /// - Returns: The size of the value, or `nil` when there is none.
    /// - Throws: ``TransportError`` with code `timedOut`, `closed`, `unavailable`, `preconditionFailed` (it is no string), …
    package func get(_ key: String, into place: @escaping Place) async throws(TransportError) -> Int? {
        switch try await run("redis.get", ["GET", key], place: place) {
        case .value(let size): return size
        case .null: return nil
        case let other: throw Self.unexpected(other, "redis.get")
        }
    }

    /// Reads the bytes `first` through `last` of a value, a megabyte at most.
    ///
    /// - Returns: The bytes, fewer where the value ends before, none when there is no value.
    /// - Throws: As ``get(_:into:)``.
    package func bytes(of key: String, from first: Int, through last: Int) async throws(TransportError) -> [UInt8] {
        let reply = try await run("redis.getrange", ["GETRANGE", key, String(first), String(last)])
        guard case .bytes(let bytes) = reply else { throw Self.unexpected(reply, "redis.getrange") }
        return bytes
    }

    /// Reads a value from byte `first` to its end into memory of the caller.
    ///
    /// - Returns: The number of bytes read, zero when there is no value.
    /// - Throws: As ``get(_:into:)``.
    package func getRest(
        of key: String,
        from first: Int,
        into place: @escaping Place
    ) async throws(TransportError) -> Int {
        let reply = try await run("redis.getrange", ["GETRANGE", key, String(first), "-1"], place: place)
        guard case .value(let size) = reply else { throw Self.unexpected(reply, "redis.getrange") }
        return size
    }

    /// The size of a value in bytes, zero when there is none.
    ///
    /// - Throws: ``TransportError`` with code `preconditionFailed` (it is no string), …
    package func strlen(_ key: String) async throws(TransportError) -> Int {
        Int(try await number("redis.strlen", ["STRLEN", key]))
    }

    /// Writes a value from memory of the caller.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - parts: The bytes in order; the memory must not change before the call returns.
    ///   - ttl: How long the server keeps the value, rounded up to whole seconds, at least one.
    /// - Throws: ``TransportError`` with code `outOfMemory`, `timedOut`, `closed`, `unavailable`, …
    package func set(
        _ key: String,
        parts: [UnsafeRawBufferPointer],
        ttl: Duration
    ) async throws(TransportError) {
        let (whole, fraction) = ttl.components
        let seconds = max(1, whole + (fraction > 0 ? 1 : 0))
        let arguments: [String?] = ["SET", key, nil, "EX", String(seconds)]
        let reply = try await run("redis.set", arguments, lent: LentBytes(parts: parts))
        guard case .status = reply else { throw Self.unexpected(reply, "redis.set") }
    }

    /// Whether there is a value.
    package func exists(_ key: String) async throws(TransportError) -> Bool {
        try await number("redis.exists", ["EXISTS", key]) > 0
    }

    /// Removes a value; says whether there was one.
    @discardableResult
    package func del(_ key: String) async throws(TransportError) -> Bool {
        try await number("redis.del", ["DEL", key]) > 0
    }

    /// Asks for a sign of life.
    package func ping() async throws(TransportError) {
        let reply = try await run("redis.ping", ["PING"])
        guard reply == .status("PONG") else { throw Self.unexpected(reply, "redis.ping") }
    }

    /// The fields of a section of `INFO`, for instance `memory`.
    package func info(_ section: String) async throws(TransportError) -> [String: String] {
        let reply = try await run("redis.info", ["INFO", section])
        guard case .bytes(let bytes) = reply else { throw Self.unexpected(reply, "redis.info") }
        var fields: [String: String] = [:]
        for line in bytes.split(separator: 10) {
            let text = String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"), !text.hasPrefix("#") else { continue }
            fields[String(text[..<colon])] = String(text[text.index(after: colon)...])
        }
        return fields
    }

    private func number(_ operation: String, _ arguments: [String]) async throws(TransportError) -> Int64 {
        let reply = try await run(operation, arguments)
        guard case .integer(let number) = reply else { throw Self.unexpected(reply, operation) }
        return number
    }

    private func run(
        _ operation: String,
        _ arguments: [String?],
        lent: LentBytes = LentBytes(parts: []),
        place: Place? = nil
    ) async throws(TransportError) -> RedisReply {
        load.add(1, ordering: .relaxed)
        defer { load.subtract(1, ordering: .relaxed) }
        let result = await withCheckedContinuation { continuation in
            mailbox.post(
                RedisCommand(
                    operation: operation,
                    arguments: arguments,
                    lent: lent,
                    place: place,
                    deadline: .now + configuration.commandTimeout,
                    finish: { continuation.resume(returning: $0) }
                )
            )
        }
        return try result.get()
    }

    private static func unexpected(_ reply: RedisReply, _ operation: String) -> TransportError {
        let violation = RedisReplyParser.Violation(sentence: "an answer of another kind than asked for")
        return .redis(violation, operation: operation)
    }
}
