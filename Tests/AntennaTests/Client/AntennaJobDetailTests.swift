import JSON
import Testing

@testable import Antenna

@Suite struct AntennaJobDetailTests {
    private func detail(_ body: String) async throws -> AntennaJobDetail {
        try await makeClient(ScriptedServer { _ in .json(body) }).detail(ofJob: 1)
    }

    @Test func saysWhatAJobIsAndHowFarItIs() async throws {
        let found = try await detail(
            #"{"id":1,"name":"Night\n3","status":"STARTED","dispatch_mode":"async_api","pipeline":{"slug":"moths"},"#
                + #""project":{"id":3},"progress":{"stages":[{"key":"process","progress":0.3,"params":["#
                + #"{"key":"processed","value":6},{"key":"remaining","value":4},{"key":"failed","value":2}]}]}}"#
        )
        #expect(
            found
                == AntennaJobDetail(
                    name: "Night 3",
                    pipeline: "moths",
                    dispatchMode: "async_api",
                    status: "STARTED",
                    projectID: 3,
                    images: 10,
                    remaining: 4,
                    failed: 2
                )
        )
    }

    @Test func whatIsNoNumberOfImagesIsLeftOut() async throws {
        for value in ["NaN", "-1", "1e300", "9223372036854775807", "\"4\"", "null", "[]"] {
            let found = try await detail(
                #"{"id":1,"pipeline":7,"status":null,"progress":{"stages":[{"key":"process","progress":\#(value),"params":["#
                    + #"{"key":"processed","value":6},{"key":"remaining","value":\#(value)},{"key":"failed","value":\#(value)}]},"#
                    + #"{"key":"results","progress":\#(value)}]}}"#
            )
            #expect(found.remaining == nil && found.failed == nil && found.pipeline == nil, "\(value)")
        }
    }
}
