import NIOCore
import Synchronization
import Testing

@testable import HTTPServing

@Suite("What a connection may do, and for how long")
struct ConnectionTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func at(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    private var fresh: ConnectionState { ConnectionState(limits: HTTPServerLimits(), now: Self.start) }

    @Test("the first head has its time from the connection's beginning, a later one from its own")
    func heads() {
        var state = fresh
        #expect(state.deadline == Self.at(10))
        state.received(bytes: 5, now: Self.at(9))
        #expect(state.deadline == Self.at(10))
        state.receivedHead(now: Self.at(9))
        state.receivedEnd(now: Self.at(9))
        #expect(state.deadline == nil && state.standing == .works)
        state.answered(now: Self.at(50))
        #expect(state.deadline == Self.at(80), "silence between two requests")
        #expect(state.standing == .waits(since: Self.at(50)))
        state.received(bytes: 5, now: Self.at(70))
        state.received(bytes: 5, now: Self.at(75))
        #expect(state.deadline == Self.at(80), "ten seconds from the first byte")
    }

    @Test("a body has its time, and must not pause in it")
    func bodies() {
        var state = fresh
        state.receivedHead(now: Self.at(1))
        #expect(state.deadline == Self.at(30))
        state.received(bytes: 10, now: Self.at(20))
        state.receivedBody(bytes: 10)
        #expect(state.deadline == Self.at(31))
        state.receivedBody(bytes: (64 << 10) - 10)
        #expect(!state.hasTooLongBody)
        state.receivedBody(bytes: 1)
        #expect(state.hasTooLongBody)
    }

    @Test("what is pipelined behind a long answer does not run out of time meanwhile")
    func pipelined() {
        var state = fresh
        state.receivedHead(now: Self.at(0))
        state.receivedEnd(now: Self.at(0))
        state.receivedHead(now: Self.at(1))
        state.receivedEnd(now: Self.at(1))
        state.receivedHead(now: Self.at(2))
        #expect(state.deadline == nil)
        state.answered(now: Self.at(500))
        #expect(state.deadline == nil)
        state.answered(now: Self.at(1_000))
        #expect(state.deadline == Self.at(1_030))
    }

    @Test("so many requests may wait behind the one that is answered, and no more")
    func waiting() {
        var state = fresh
        for _ in 0..<5 { state.receivedHead(now: Self.start) }
        #expect(!state.hasTooManyRequests)
        state.receivedHead(now: Self.start)
        #expect(state.hasTooManyRequests)
        state.answered(now: Self.start)
        #expect(!state.hasTooManyRequests)
    }

    @Test("a client that does not read has less time than one that waits")
    func writing() {
        var state = fresh
        state.receivedHead(now: Self.at(0))
        state.receivedEnd(now: Self.at(0))
        state.willWrite(now: Self.at(5))
        state.willWrite(now: Self.at(6))
        #expect(state.deadline == Self.at(25) && state.standing == .writes(since: Self.at(5)))
        state.didWrite(now: Self.at(20))
        #expect(state.deadline == Self.at(40))
        state.didWrite(now: Self.at(21))
        #expect(state.deadline == nil)
    }

    @Test("bytes that come to nothing are counted until something comes of them")
    func unparsed() {
        var state = fresh
        state.received(bytes: 16 << 10, now: Self.start)
        #expect(!state.hasTooManyUnparsedBytes)
        state.received(bytes: 1, now: Self.start)
        #expect(state.hasTooManyUnparsedBytes)
        state.receivedHead(now: Self.start)
        #expect(!state.hasTooManyUnparsedBytes)
    }

    @Test("after the last answer, and after a client's last word, there is an end")
    func ends() {
        var state = fresh
        state.receivedHead(now: Self.at(0))
        state.receivedEnd(now: Self.at(0))
        state.endedInput(now: Self.at(1))
        #expect(state.deadline == Self.at(31))
        state.endedOutput(now: Self.at(2))
        state.endedOutput(now: Self.at(3))
        #expect(state.deadline == Self.at(4))
    }

    /// Who was closed, in order.
    private final class Closed: Sendable {
        private let all = Mutex<[String]>([])
        var names: [String] { all.withLock { $0 } }
        func note(_ name: String) { all.withLock { $0.append(name) } }
    }

    @Test("the one that has waited longest makes room: of the same address, or of all")
    func victims() throws {
        var limits = HTTPServerLimits()
        limits.connections = 4
        limits.connectionsPerAddress = 2
        let (table, closed) = (ConnectionTable(limits: limits), Closed())
        func admit(_ name: String, _ address: String, at second: Int64) -> ConnectionTable.ID? {
            table.admit(address, now: Self.at(second)) { closed.note(name) }
        }
        let first = try #require(admit("a1", "a", at: 0))
        _ = try #require(admit("a2", "a", at: 1))
        _ = try #require(admit("b1", "b", at: 2))
        table.update(first, .waits(since: Self.at(5)))
        _ = try #require(admit("a3", "a", at: 6))
        #expect(closed.names == ["a2"] && table.count == 3)
        _ = try #require(admit("c1", "c", at: 7))
        _ = try #require(admit("d1", "d", at: 8))
        #expect(closed.names == ["a2", "b1"] && table.count == 4)
        table.closeOldest(now: Self.at(9))
        #expect(closed.names == ["a2", "b1", "a1"] && table.count == 3)
    }

    @Test("who is being answered stays, and who has stopped reading goes only when nobody else can")
    func busy() throws {
        var limits = HTTPServerLimits()
        limits.connectionsPerAddress = 2
        let (table, closed) = (ConnectionTable(limits: limits), Closed())
        let works = try #require(table.admit("a", now: Self.start) { closed.note("works") })
        let writes = try #require(table.admit("a", now: Self.start) { closed.note("writes") })
        table.update(works, .works)
        table.update(writes, .writes(since: Self.at(10)))
        #expect(table.admit("a", now: Self.at(11), close: {}) == nil)
        #expect(table.admit("a", now: Self.at(12), close: {}) != nil)
        #expect(closed.names == ["writes"])
        table.remove(works)
        table.remove(works)
        #expect(table.count == 1 && closed.names == ["writes"])
        table.closeAll()
        #expect(table.admit("z", now: Self.at(13), close: {}) == nil)
    }
}
