import Settings
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

@Suite("What check says of secrets in the open")
struct ExposureCheckTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    private func subjects(_ environment: [String: String]) throws -> [String] {
        let settings = try fixture.resolve(environment: environment).settings
        return ExposureCheck.findings(antenna: settings.antenna, broker: settings.broker).map(\.subject)
    }

    @Test(
        "a token over http to another machine is told of, one that is encrypted or stays here is not",
        arguments: [
            ("http://antenna.example/api/v2", true), ("HTTP://10.0.0.7:8000/api/v2", true),
            ("http://[2001:db8::7]/api/v2", true), ("http://localhost.example/api/v2", true),
            ("https://antenna.example/api/v2", false), ("http://127.0.0.1:8000/api/v2", false),
            ("http://127.9.9.9/api/v2", false), ("http://[::1]:8000/api/v2", false), ("http://localhost/api/v2", false),
            ("http://antenna.localhost/api/v2", false),
        ]
    )
    func token(address: String, isTold: Bool) throws {
        let told = try subjects([
            "ANTENNA_WORKER_ANTENNA_BASE_URL": address, "ANTENNA_WORKER_ANTENNA_TOKEN": "t0ps3cret",
        ])
        #expect(told.count == (isTold ? 1 : 0))
        #expect(!told.joined().contains("t0ps3cret"))
    }

    @Test("without a token nothing is exposed")
    func noToken() throws {
        #expect(try subjects(["ANTENNA_WORKER_ANTENNA_BASE_URL": "http://antenna.example/api/v2"]).isEmpty)
    }

    @Test(
        "guest, and a password without encryption, are told of where the broker is another machine",
        arguments: [
            ("amqp://guest:guest@rabbit.example/", 2), ("amqps://guest:guest@rabbit.example/", 1),
            ("amqp://antenna:w0rd@10.0.0.7/", 1), ("amqps://antenna:w0rd@rabbit.example/", 0),
            ("amqp://guest:guest@127.0.0.1/", 0), ("amqp://antenna:w0rd@127.0.0.1,10.0.0.7/", 1),
        ]
    )
    func broker(address: String, count: Int) throws {
        let told = try subjects(["ANTENNA_WORKER_AMQP_URL": address])
        #expect(told.count == count)
        #expect(!told.joined().contains("w0rd"))
    }
}
