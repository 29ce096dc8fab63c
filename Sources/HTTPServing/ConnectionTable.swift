internal import NIOCore
internal import Synchronization

/// The open connections of a server, and who has to go when there are too many.
///
/// Whoever comes last is let in at the expense of the connection that has waited longest without a whole request, so that connections that
/// only lie there keep nobody out.
final class ConnectionTable: Sendable {
    /// The number of a connection in the table.
    typealias ID = UInt64

    private struct Entry {
        let address: String
        let close: @Sendable () -> Void
        var standing: ConnectionState.Standing
    }

    private struct State {
        var entries: [ID: Entry] = [:]
        var countByAddress: [String: Int] = [:]
        var nextID: ID = 0
        var isClosed = false
    }

    /// A client that has read nothing for so long may lose its place.
    private static let stalled = TimeAmount.seconds(2)

    private let limits: HTTPServerLimits
    private let state = Mutex(State())

    init(limits: HTTPServerLimits) {
        self.limits = limits
    }

    /// How many connections there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// Takes a connection in, and closes another one for it if there are too many.
    ///
    /// - Parameters:
    ///   - address: Where it comes from.
    ///   - now: The time.
    ///   - close: Closes it; may be called at any time, from any thread.
    /// - Returns: Its number; nil when all places are taken by connections that are being answered.
    func admit(_ address: String, now: NIODeadline, close: @escaping @Sendable () -> Void) -> ID? {
        let (id, victims) = state.withLock { state -> (ID?, [Entry]) in
            guard !state.isClosed else { return (nil, []) }
            var victims: [Entry] = []
            if state.countByAddress[address, default: 0] >= limits.connectionsPerAddress {
                guard let victim = Self.takeVictim(from: &state, of: address, now: now) else { return (nil, []) }
                victims.append(victim)
            }
            if state.entries.count >= limits.connections {
                guard let victim = Self.takeVictim(from: &state, of: nil, now: now) else { return (nil, victims) }
                victims.append(victim)
            }
            state.nextID += 1
            state.entries[state.nextID] = Entry(address: address, close: close, standing: .waits(since: now))
            state.countByAddress[address, default: 0] += 1
            return (state.nextID, victims)
        }
        for victim in victims { victim.close() }
        return id
    }

    /// Closes the connection that has waited longest, for somebody who needs its descriptor.
    func closeOldest(now: NIODeadline) {
        state.withLock { Self.takeVictim(from: &$0, of: nil, now: now) }?.close()
    }

    /// A connection stands otherwise than before.
    func update(_ id: ID, _ standing: ConnectionState.Standing) {
        state.withLock { $0.entries[id]?.standing = standing }
    }

    /// A connection is closed.
    func remove(_ id: ID) {
        state.withLock { _ = Self.remove(id, from: &$0) }
    }

    /// Closes all connections, and lets no more in.
    func closeAll() {
        state.withLock { $0.isClosed = true }
        closeConnections()
    }

    /// Closes all connections there are.
    func closeConnections() {
        for entry in state.withLock({ Array($0.entries.values) }) { entry.close() }
    }

    private static func takeVictim(from state: inout State, of address: String?, now: NIODeadline) -> Entry? {
        let candidates = state.entries.compactMap { id, entry -> (rank: Int, since: NIODeadline, id: ID)? in
            guard address == nil || entry.address == address else { return nil }
            return switch entry.standing {
            case .waits(let since): (0, since, id)
            case .writes(let since) where now - since >= stalled: (1, since, id)
            case .writes, .works: nil
            }
        }
        return candidates.min { $0 < $1 }.flatMap { remove($0.id, from: &state) }
    }

    private static func remove(_ id: ID, from state: inout State) -> Entry? {
        guard let entry = state.entries.removeValue(forKey: id) else { return nil }
        let left = state.countByAddress[entry.address, default: 1] - 1
        state.countByAddress[entry.address] = left > 0 ? left : nil
        return entry
    }
}
