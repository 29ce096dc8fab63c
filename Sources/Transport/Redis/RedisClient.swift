/// A few connections to one Redis server; each command takes the one with the least to do.
///
/// Large values on one connection do not hold up small ones on another.
package final class RedisClient: Sendable {
    private let connections: [RedisConnection]

    /// Makes the connection objects; they connect at their first commands.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - count: How many, at least one.
    /// - Throws: ``TransportError`` when the process has no descriptors left.
    package init(configuration: RedisConfiguration, connections count: Int = 2) throws(TransportError) {
        var connections: [RedisConnection] = []
        for _ in 0..<max(1, count) { connections.append(try RedisConnection(configuration: configuration)) }
        self.connections = connections
    }

    /// Reads a value into memory of the caller; see ``RedisConnection/get(_:into:)``.
    package func get(_ key: String, into place: @escaping RedisConnection.Place) async throws(TransportError) -> Int? {
        try await leastLoaded.get(key, into: place)
    }

    /// Writes a value from memory of the caller; see ``RedisConnection/set(_:parts:ttl:)``.
    package func set(
        _ key: String,
        parts: [UnsafeRawBufferPointer],
        ttl: Duration
    ) async throws(TransportError) {
        try await leastLoaded.set(key, parts: parts, ttl: ttl)
    }

    /// Reads a few bytes of a value; see ``RedisConnection/bytes(of:from:through:)``.
    package func bytes(of key: String, from first: Int, through last: Int) async throws(TransportError) -> [UInt8] {
        try await leastLoaded.bytes(of: key, from: first, through: last)
    }

    /// Reads the end of a value into memory of the caller; see ``RedisConnection/getRest(of:from:into:)``.
    package func getRest(
        of key: String,
        from first: Int,
        into place: @escaping RedisConnection.Place
    ) async throws(TransportError) -> Int {
        try await leastLoaded.getRest(of: key, from: first, into: place)
    }

    /// The size of a value in bytes, zero when there is none.
    package func strlen(_ key: String) async throws(TransportError) -> Int { try await leastLoaded.strlen(key) }

    /// Whether there is a value.
    package func exists(_ key: String) async throws(TransportError) -> Bool { try await leastLoaded.exists(key) }

    /// Removes a value; says whether there was one.
    @discardableResult
    package func del(_ key: String) async throws(TransportError) -> Bool { try await leastLoaded.del(key) }

    /// Asks for a sign of life.
    package func ping() async throws(TransportError) { try await leastLoaded.ping() }

    /// The fields of a section of `INFO`, for instance `memory`.
    package func info(_ section: String) async throws(TransportError) -> [String: String] {
        try await leastLoaded.info(section)
    }

    /// The server and the address that is used, or tried; nil before the first command.
    package var address: String? { connections.lazy.compactMap(\.address).first }

    /// Writes a small value and reads it back: a server that answers PING can refuse all else.
    ///
    /// - Parameter key: Where; it stays for a minute.
    /// - Throws: ``TransportError`` of whatever is refused.
    package func tryOut(key: String) async throws(TransportError) {
        let connection = leastLoaded
        try await connection.set(key, parts: [], ttl: .seconds(60))
        _ = try await connection.strlen(key)
        _ = try await connection.bytes(of: key, from: 0, through: 0)
    }

    /// Closes all connections; commands under way and later ones fail with code `closed`.
    package func close() {
        for connection in connections { connection.close() }
    }

    private var leastLoaded: RedisConnection {
        var best = connections[0]
        for connection in connections.dropFirst() where connection.outstanding < best.outstanding { best = connection }
        return best
    }
}
