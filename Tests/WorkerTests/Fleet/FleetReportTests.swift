import Foundation
import JSON
import Testing

@testable import Worker

@Suite("What roles tell one another")
struct FleetReportTests {
    static func report(_ host: String = "trap-1", role: String = "infer") -> FleetReport {
        FleetReport(
            role: role,
            host: host,
            process: 7,
            version: "0.1.0",
            startedAt: 1_700_000_000,
            state: LiveState(.good, "ready"),
            pipelines: ["demo"],
            devices: ["cuda:0"],
            done: 12,
            failed: 1,
            rate: 3.5,
            residentBytes: 1e9
        )
    }

    private func read(_ text: String) -> FleetReport? { FleetReport(parsing: Array(text.utf8)) }

    @Test("What is sent is what is read")
    func roundTrip() {
        var report = Self.report()
        #expect(FleetReport(parsing: JSONValue.object(report.json).encoded()) == report)
        report.hasEnded = true
        report.page = .at("http://10.0.0.5:7610/")
        #expect(FleetReport(parsing: JSONValue.object(report.json).encoded()) == report)
    }

    @Test("A role tells where its page is once it has one")
    func page() async throws {
        let admin = try AdminFixture()
        #expect(FleetReport(admin.healthService).page == .untold)
        try await admin.serving {
            #expect(FleetReport(admin.healthService).page == .unknown("its page is for its own machine only"))
        }
        let open = try AdminFixture(flags: ["--admin-host", "0.0.0.0", "--admin-names", LiveHello.hostName])
        try await open.serving {
            guard case .at(let address) = FleetReport(open.healthService).page else {
                Issue.record("no address")
                return
            }
            #expect(address.hasPrefix("http://\(LiveHello.hostName):"))
        }
    }

    @Test("A role tells of itself what its own page shows, before it has begun, too")
    func own() throws {
        let admin = try AdminFixture()
        let loading = FleetReport(admin.healthService)
        #expect(loading.role == "test" && loading.process == Int(getpid()) && loading.pipelines.isEmpty)
        #expect(loading.state == LiveState(.bad, "not ready: models"))
        let role = PretendedRole()
        var health = role.health
        health.pipelines = ["demo"]
        admin.healthService.begin(health)
        #expect(FleetReport(admin.healthService).state == LiveState(.good, "ready"))
        #expect(FleetReport(admin.healthService).pipelines == ["demo"])
        role.problem = "gone for lunch"
        #expect(FleetReport(admin.healthService).state == LiveState(.bad, "not ready: broker"))
        admin.healthService.lifecycle.drain()
        #expect(FleetReport(admin.healthService).state == LiveState(.warn, "draining"))
    }

    @Test(
        "What is no report is none",
        arguments: [
            "", "{", "[]", "null", "{}", #"{"role":"run","host":"a"}"#, #"{"role":1,"host":"a","process":1}"#,
            #"{"role":"run","host":"a","process":1.5}"#, String(repeating: "[", count: 10_000),
            #"{"role":"run","host":"a","process":1,"pad":""# + String(repeating: "x", count: 20_000) + "\"}",
        ]
    )
    func nonsense(text: String) {
        #expect(read(text) == nil)
    }

    @Test("What is hostile in a report is bounded")
    func hostile() throws {
        let long = String(repeating: "é", count: 2_000)
        let names = (0..<900).map { "\"\($0)\"" }.joined(separator: ",")
        let text = #"""
            {"role":"\#u{202E}run\n","host":"\#(long)","process":-5,"version":[],"startedAt":-1e308,"rate":1e308,
            "done":"many","failed":-3,"state":{"look":"<b>","text":"\#(long)"},"pipelines":[\#(names)],"devices":{},"residentBytes":null,"page":"javascript:alert(1)"}
            """#
        let report = try #require(read(text))
        #expect(report.role == "run" && report.host.count <= 82 && report.state.text.count <= 202)
        #expect(report.state.look == .warn && report.version == "" && report.devices == [])
        #expect(report.pipelines.count == 50 && report.rate == 1e15 && report.startedAt == 0)
        #expect(report.page == .unknown("what it tells as its page is no address"))
        #expect(report.done == 0 && report.failed == 0 && report.residentBytes == 0)
    }
}
