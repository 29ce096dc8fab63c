import Foundation
import Telemetry

/// A few connections to one Redis server; each command takes the one with the least to do.
///
/// Large values on one connection do not hold up small ones on another. Each has a thread of its own, so no thread of the caller is blocked.
/// Values go between the connection and the caller's memory without a copy in between: the memory is lent until the call returns, which is at
/// the latest when the time limit of the command is over. For that reason a call is not cut short when its task is cancelled.
package final class RedisClient: Sendable {
    /// Gives the memory for a value once its size in bytes is known.
    ///
    /// Called on a connection's thread; the memory must have exactly that size and last until the call it belongs to returns. An
    /// error refuses the value; the call then throws an error with code `tooLarge` that has it as `underlying`.
    package typealias Place = @Sendable (_ size: Int) throws -> UnsafeMutableRawBufferPointer

    private let connections: [RedisConnection]

    /// Makes the connections; each connects at its first command, and again after a loss.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - count: How many, at least one; each answers one command after the other.
    /// - Throws: ``TransportError`` when the process has no descriptors or threads left.
    package convenience init(configuration: RedisConfiguration, connections count: Int = 4) throws(TransportError) {
        try self.init(configuration: configuration, connections: count, resolve: HostAddresses.system)
    }

    /// Makes connections that look names up in their own way.
    init(
        configuration: RedisConfiguration,
        connections count: Int,
        resolve: @escaping HostAddresses.Resolver
    ) throws(TransportError) {
        var connections: [RedisConnection] = []
        for _ in 0..<max(1, count) {
            connections.append(try RedisConnection(configuration: configuration, resolve: resolve))
        }
        self.connections = connections
    }

    /// The server and the address that is used, or tried; nil before the first command.
    package var address: String? { connections.lazy.compactMap(\.address).first }

    /// Closes all connections; commands under way and later ones fail with code `closed`.
    package func close() {
        for connection in connections { connection.close() }
    }

    // MARK: Values

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
        default: throw Self.unexpected("redis.get")
        }
    }

    /// Reads the bytes `first` through `last` of a value, a megabyte at most.
    ///
    /// - Returns: The bytes, fewer where the value ends before, none when there is no value.
    /// - Throws: As ``get(_:into:)``.
    package func bytes(of key: String, from first: Int, through last: Int) async throws(TransportError) -> [UInt8] {
        let reply = try await run("redis.getrange", ["GETRANGE", key, String(first), String(last)])
        guard case .bytes(let bytes) = reply else { throw Self.unexpected("redis.getrange") }
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
        guard case .value(let size) = reply else { throw Self.unexpected("redis.getrange") }
        return size
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
        let arguments = ["SET", key, "EX", String(seconds)]
        let reply = try await run("redis.set", arguments, value: LentBytes(parts: parts))
        guard case .status = reply else { throw Self.unexpected("redis.set") }
    }

    // MARK: Small questions

    /// The size of a value in bytes, zero when there is none.
    ///
    /// - Throws: ``TransportError`` with code `preconditionFailed` (it is no string), …
    package func strlen(_ key: String) async throws(TransportError) -> Int {
        Int(try await number("redis.strlen", ["STRLEN", key]))
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
        guard try await run("redis.ping", ["PING"]) == .status("PONG") else { throw Self.unexpected("redis.ping") }
    }

    /// The fields of a section of `INFO`, for instance `memory`.
    package func info(_ section: String) async throws(TransportError) -> [String: String] {
        guard case .bytes(let bytes) = try await run("redis.info", ["INFO", section]) else {
            throw Self.unexpected("redis.info")
        }
        var fields: [String: String] = [:]
        for line in bytes.split(separator: 10) {
            let text = String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"), !text.hasPrefix("#") else { continue }
            fields[String(text[..<colon])] = String(text[text.index(after: colon)...])
        }
        return fields
    }

    /// Writes a small value and reads it back: a server that answers PING can refuse all else.
    ///
    /// - Parameter key: Where; it stays for a minute.
    /// - Throws: ``TransportError`` of whatever is refused.
    package func tryOut(key: String) async throws(TransportError) {
        try await set(key, parts: [], ttl: .seconds(60))
        _ = try await strlen(key)
        _ = try await bytes(of: key, from: 0, through: 0)
    }

    // MARK: -

    private func number(_ operation: OperationName, _ arguments: [String]) async throws(TransportError) -> Int64 {
        let reply = try await run(operation, arguments)
        guard case .integer(let number) = reply else { throw Self.unexpected(operation) }
        return number
    }

    private func run(
        _ operation: OperationName,
        _ arguments: [String],
        value: LentBytes? = nil,
        place: Place? = nil
    ) async throws(TransportError) -> RedisReply {
        var best = connections[0]
        for connection in connections.dropFirst() where connection.outstanding < best.outstanding { best = connection }
        return try await best.run(operation, arguments, value: value, place: place)
    }

    private static func unexpected(_ operation: OperationName) -> TransportError {
        .redis(.otherKind, operation: operation)
    }
}
