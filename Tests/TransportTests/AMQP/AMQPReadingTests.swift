import TestSupport
import Testing

@testable import Transport

/// What is made of a broker's bytes before anybody asks what they mean.
@Suite("Reading AMQP")
struct AMQPReadingTests {
    private static func big(_ number: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(number >> ($0 * 8) & 0xFF) } }

    /// A field of a table: its name, its kind, its bytes.
    private static func field(_ name: String, _ kind: Character, _ bytes: [UInt8]) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + Array(String(kind).utf8) + bytes
    }

    private static func table(_ bytes: [UInt8]) -> [String: AMQPValue] {
        bytes.withUnsafeBytes { AMQPValue.table($0) }
    }

    /// Lists in lists, each with how long the rest is.
    private static func nested(_ levels: Int) -> [UInt8] {
        (0..<levels).reversed().flatMap { Array("A".utf8) + big($0 * 5) }
    }

    @Test("Every kind of number is read at its width, and one too large is clamped")
    func numbers() {
        let fields: [(Character, [UInt8], AMQPValue)] = [
            ("t", [2], true), ("b", [0xFF], -1), ("B", [0xFF], 255), ("s", [0xFF, 0xFE], -2), ("u", [1, 0], 256),
            ("I", [0xFF, 0xFF, 0xFF, 0xFD], -3), ("i", [0xFF, 0xFF, 0xFF, 0xFF], 4_294_967_295),
            ("l", [UInt8](repeating: 0xFF, count: 8), -1), ("L", [UInt8](repeating: 0xFF, count: 8), .int(.max)),
            ("f", [0x3F, 0, 0, 0], .double(0.5)), ("d", [0x3F, 0xE0] + [UInt8](repeating: 0, count: 6), .double(0.5)),
            ("D", [2, 0, 0, 0, 9], .decimal(scale: 2, unscaled: 9)),
            ("T", [UInt8](repeating: 0, count: 7) + [7], .timestamp(7)),
            ("V", [], .null),
        ]
        for (kind, bytes, value) in fields {
            #expect(Self.table(Self.field("k", kind, bytes)) == ["k": value], "\(kind)")
            #expect(Self.table(Self.field("k", kind, bytes.dropLast())) == (bytes.isEmpty ? ["k": value] : [:]))
        }
    }

    @Test("Headers nested 20,000 deep are cut off, and what stands beside them is read")
    func depth() {
        let count = Self.field("x-delivery-count", "l", [0, 0, 0, 0, 0, 0, 0, 3])
        let values = Self.table([1, 0x64] + Self.nested(20_000) + count)
        #expect(values["x-delivery-count"] == 3)
        var (depth, value) = (0, values["d"])
        while let list = value?.array {
            (depth, value) = (depth + 1, list.first)
        }
        #expect(depth == 16)
        // Within the limit, nothing is lost.
        #expect(Self.table([1, 0x64] + Self.nested(3)) == ["d": .array([.array([.array([])])])])
    }

    @Test("A field of an unknown kind, or a length beyond the end, costs what follows it in its table alone")
    func broken() {
        let inner = Self.field("a", "B", [1]) + Self.field("b", "?", [9, 9]) + Self.field("c", "B", [2])
        let whole = Self.field("t", "F", Self.big(inner.count) + inner) + Self.field("z", "B", [3])
        #expect(Self.table(whole) == ["t": .table(["a": 1]), "z": 3])
        #expect(Self.table(Self.field("a", "B", [1]) + Self.field("s", "S", Self.big(-1))) == ["a": 1])
        #expect(Self.table([200, 0x61]) == [:])
    }

    @Test("Frames are the same however their bytes arrive")
    func pieces() throws {
        let payloads = [0, 1, 100, 4088, 4087, 3].map { [UInt8](repeating: UInt8($0 & 0xFF), count: $0) }
        let bytes = payloads.flatMap { payload -> [UInt8] in
            [3, 1, 2] + Self.big(payload.count) + payload + [0xCE]
        }
        for size in [1, 2, 7, 8, 1000, 4096, 8192, 20_000] {
            let buffer = AMQPFrameBuffer(limit: 4096)
            var (rest, seen) = (bytes[...], [[UInt8]]())
            while !rest.isEmpty {
                let room = buffer.room()
                #expect(!room.isEmpty)
                let piece = rest.prefix(min(size, room.count))
                room.copyBytes(from: piece)
                buffer.filled(piece.count)
                rest = rest.dropFirst(piece.count)
                while let frame = try buffer.next() {
                    #expect(frame.type == 3 && frame.channel == 258)
                    seen.append(Array(frame.payload))
                }
            }
            #expect(seen == payloads && !buffer.isHolding)
        }
    }

    @Test("A frame larger than agreed on, or without its end, is a fault before memory is taken for it")
    func faults() {
        for rest in [Self.big(4089), Self.big(-1), Self.big(1) + [7, 7]] {
            let bytes = [3, 0, 1] + rest
            let buffer = AMQPFrameBuffer(limit: 4096)
            buffer.room().copyBytes(from: bytes)
            buffer.filled(bytes.count)
            #expect(throws: AMQPFrameBuffer.Fault.self) { try buffer.next() }
        }
    }

    @Test("Mutated frames are taken or are a fault, and never more than has arrived")
    func mutated() async throws {
        let frame: [UInt8] = [1, 0, 1] + Self.big(6) + [0, 20, 0, 11, 0, 0, 0xCE]
        await aside {
            for input in FuzzInputs(of: [frame + frame, [8, 0, 0, 0, 0, 0, 0, 0xCE] + frame]) {
                let buffer = AMQPFrameBuffer(limit: 4096)
                let bytes = input.prefix(8192)
                buffer.room().copyBytes(from: bytes)
                buffer.filled(bytes.count)
                let decoder = AMQPArena()
                var taken = 0
                while let frame = try? buffer.next() {
                    taken += frame.payload.count + 8
                    _ = try? decoder.method(frame.payload)
                    #expect(frame.payload.count <= 4088)
                }
                #expect(taken <= bytes.count)
            }
        }
    }

    @Test("A heartbeat is due half an interval after anything was sent, and missed when nothing comes for two")
    func heartbeats() {
        let start = ContinuousClock.now
        var heartbeat = AMQPHeartbeat(interval: .seconds(10), now: start)
        #expect(!heartbeat.isDue(now: start + .seconds(4)) && heartbeat.isDue(now: start + .seconds(5)))
        heartbeat.sent(now: start + .seconds(4))
        #expect(!heartbeat.isDue(now: start + .seconds(8)) && heartbeat.isDue(now: start + .seconds(9)))
        #expect(!heartbeat.isMissed(now: start + .seconds(19)) && heartbeat.isMissed(now: start + .seconds(20)))
        heartbeat.heard(now: start + .seconds(19))
        #expect(!heartbeat.isMissed(now: start + .seconds(38)) && heartbeat.isMissed(now: start + .seconds(39)))
        let none = AMQPHeartbeat(interval: .zero, now: start)
        #expect(!none.isDue(now: start + .seconds(1000)) && !none.isMissed(now: start + .seconds(1000)))
    }
}
