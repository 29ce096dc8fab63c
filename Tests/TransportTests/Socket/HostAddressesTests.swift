import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("The addresses of a service")
struct HostAddressesTests {
    private static let three = [
        HostPort(host: "a", port: 1), HostPort(host: "b", port: 2), HostPort(host: "c", port: 3),
    ]

    /// `b` stands for two machines; `c` is not known.
    private static let resolve: HostAddresses.Resolver = { host throws(TransportError) in
        guard host.host != "c" else { throw TransportError(.nameResolution, operation: "test", message: "c") }
        return (host.host == "b" ? ["2.1", "2.2"] : ["1.1"]).map { HostAddress(host: host, numeric: $0) }
    }

    private func walk(_ hosts: [HostPort] = three, limit: Duration = .seconds(10), seed: UInt64 = 1) -> HostAddresses {
        HostAddresses(hosts, limit: limit, generator: SeededGenerator(seed: seed), resolve: Self.resolve)
    }

    /// What a whole round tries; the unknown name shows as "?".
    private func round(_ walk: inout HostAddresses) -> [String] {
        var tried: [String] = []
        repeat {
            do throws(TransportError) {
                tried.append(try walk.next().numeric)
            } catch {
                tried.append("?")
            }
        } while !walk.isRoundOver
        return tried
    }

    @Test("Every address comes once in a round, and a name that nobody knows costs only its turn")
    func rounds() {
        var walk = walk()
        #expect(walk.isRoundOver)
        for _ in 0..<5 { #expect(round(&walk).sorted() == ["1.1", "2.1", "2.2", "?"]) }
    }

    @Test("Members of a fleet do not all begin at the same address")
    func shuffled() {
        let first = Set(
            (0..<32 as Range<UInt64>).compactMap { seed in
                var walk = walk([HostPort(host: "b", port: 2)], seed: seed)
                return try? walk.next().numeric
            }
        )
        #expect(first == ["2.1", "2.2"])
    }

    @Test("After a loss the addresses that were not tried come before the one that was lost")
    func afterLoss() throws {
        for seed in 0..<16 as Range<UInt64> {
            var walk = walk([HostPort(host: "b", port: 2)], seed: seed)
            let used = try walk.next()
            walk.loggedIn()
            let next = try walk.next()
            #expect(next != used)
            walk.loggedIn()
            #expect(try walk.next() != next, "also where a round has ended in between")
        }
    }

    @Test("An address gets little time first, and up to the limit in the end")
    func patience() throws {
        var walk = walk([HostPort(host: "a", port: 1)], limit: .seconds(10))
        var seen: [Duration] = []
        for _ in 0..<5 {
            _ = try walk.next()
            seen.append(walk.patience)
        }
        #expect(seen == [3, 6, 10, 10, 10].map { .seconds($0) })
        walk.loggedIn()
        _ = try walk.next()
        #expect(walk.patience == .seconds(3))
        #expect(self.walk(limit: .seconds(1)).patience == .seconds(1))
    }

    @Test("The system resolves addresses to themselves, and localhost to this machine")
    func system() throws {
        #expect(try HostAddresses.system(HostPort(host: "127.0.0.1", port: 1)).map(\.description) == ["127.0.0.1:1"])
        let local = try HostAddresses.system(HostPort(host: "localhost", port: 1)).map(\.numeric)
        #expect(!local.isEmpty && Set(local).isSubset(of: ["127.0.0.1", "::1"]) && Set(local).count == local.count)
        #expect(throws: TransportError.self) {
            try HostAddresses.system(HostPort(host: "no-such-host.invalid", port: 1))
        }
    }

    @Test(
        "Hosts are read as they stand in a URL",
        arguments: [
            ("a", "a:5672"), ("a:1", "a:1"), ("10.0.0.1:2", "10.0.0.1:2"), ("[::1]", "[::1]:5672"),
            ("[fe80::1%eth0]:3", "[fe80::1%eth0]:3"),
        ]
    )
    func reading(text: String, expected: String) {
        #expect(HostPort(reading: text[...], defaultPort: 5672)?.description == expected)
    }

    @Test(
        "What is no host is none",
        arguments: [
            "", ":1", "a:", "a:0", "a:65536", "a:x", "a:1:2", "[::1", "[::1]x", "[a]", "a b", "a\u{1b}[2J", "::1",
            "a@b",
        ]
    )
    func notRead(text: String) {
        #expect(HostPort(reading: text[...], defaultPort: 5672) == nil)
    }
}
