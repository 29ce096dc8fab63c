import Testing
import Transport

@testable import Worker

@Suite("Where a role's page is")
struct PageAddressTests {
    private static let one = [IPAddress.v4(0x0A00_0005)]
    private static let two = one + [.v4(0xAC11_0001)]

    private func address(
        _ listening: String,
        names: [String] = [],
        hostName: String = "trap-1",
        interfaces: [IPAddress] = one
    ) -> PageAddress {
        PageAddress(listeningOn: listening, port: 7610, names: names, hostName: hostName, interfaces: interfaces)
    }

    @Test(
        "What listens on its own machine only has no address for others",
        arguments: ["127.0.0.1", "127.9.9.9", "::1"]
    )
    func loopback(listening: String) {
        #expect(address(listening, names: ["trap-1"]) == .unknown("its page is for its own machine only"))
    }

    @Test("An address that it listens on is one, its only address is one, and which of several is not known")
    func interfaces() {
        #expect(address("10.0.0.7", interfaces: Self.two) == .at("http://10.0.0.7:7610/"))
        #expect(address("fd00::7") == .at("http://[fd00::7]:7610/"))
        #expect(address("0.0.0.0") == .at("http://10.0.0.5:7610/"))
        #expect(address("::") == .at("http://10.0.0.5:7610/"))
        for none in [address("0.0.0.0", interfaces: Self.two), address("0.0.0.0", interfaces: [])] {
            guard case .unknown(let reason) = none else {
                Issue.record("\(none)")
                continue
            }
            #expect(reason.contains("--admin-names"))
        }
    }

    @Test("A name is its own when it is the machine's; another may be a service's, with many behind it")
    func names() {
        for name in ["trap-1", "TRAP-1", "trap-1.site.example"] {
            #expect(address("0.0.0.0", names: ["workers", name], interfaces: Self.two) == .at("http://\(name):7610/"))
        }
        #expect(address("0.0.0.0", names: ["workers", "trap-10"]) == .at("http://10.0.0.5:7610/"))
        #expect(address("0.0.0.0", names: [".x"], hostName: "") == .at("http://10.0.0.5:7610/"))
    }

    @Test("The machine's own addresses lead elsewhere")
    func machine() {
        for address in NetworkInterfaces.addresses {
            guard case .v4(let bits) = address else {
                Issue.record("\(address)")
                continue
            }
            #expect(bits >> 24 != 127)
        }
    }

    @Test(
        "Of what another tells, scheme, host and port are taken",
        arguments: [
            ("http://10.0.0.5:7610/", "http://10.0.0.5:7610/"), ("https://trap.example", "https://trap.example:443/"),
            ("http://[fd00::7]:1", "http://[fd00::7]:1/"), ("HTTP://TRAP:7610/x?y=<b>#z", "http://trap:7610/"),
            ("http://user:secret@trap:7610/", "http://trap:7610/"),
        ]
    )
    func told(text: String, taken: String) {
        #expect(PageAddress(told: text, reason: nil) == .at(taken))
    }

    @Test(
        "What is no address of a page is none",
        arguments: [
            "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://trap/", "//trap/", "trap:7610",
            "http://", "http:///", "http://a b/", "http://<b>/", "http://\"/", "http://trap:0/", "http://trap:99999/",
            "http://" + String(repeating: "a", count: 400) + "/", "http://\u{202E}trap/", "java\nscript:alert(1)",
        ]
    )
    func hostile(text: String) {
        #expect(PageAddress(told: text, reason: "x") == .unknown("what it tells as its page is no address"))
    }

    @Test("A reason is a line, and nothing told is no page")
    func reasons() {
        #expect(PageAddress(told: nil, reason: nil) == .untold)
        #expect(PageAddress(told: nil, reason: "\u{202E}a\nb") == .unknown("a b"))
        guard case .unknown(let reason) = PageAddress(told: nil, reason: String(repeating: "x", count: 9_999)) else {
            Issue.record("an address")
            return
        }
        #expect(reason.count <= 122)
    }
}
