import Crypto
import Pipeline
import Telemetry
import Testing

@testable import Antenna

/// What Antenna gets to see, and what the next worker finds in the spool, byte for byte.
@Suite("Bytes of calls and of the spool")
struct AntennaBytesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("What stands in for a result that is too large")
    func excuse() {
        let refusal = AntennaError(.refused, operation: "result.post", message: "", nativeCode: 413)
        let excuse = outgoing(1, json: #"{"source_images":[{"id":42},{}],"detections":[1e400]}"#).excuse(for: refusal)
        #expect(excuse.map { text($0.json).hasPrefix(#"{"error":"The result has 53 bytes, more"#) } == true)
        #expect(excuse.map { text($0.json).hasSuffix(#","image_id":"42"}"#) } == true)
    }

    @Test("The calls that Antenna gets, in both dialects")
    func calls() async throws {
        for (dialect, reservation, post) in [
            (
                AntennaDialectChoice.current,
                #"{"batch_size":3,"client_info":{"hostname":"trap-1","software":"antenna-worker","version":"0.1"}}"#,
                #"{"results":[{"reply_subject":"ack.1.1.1","result":{"a":[1, 2]}}],"#
                    + #""client_info":{"hostname":"trap-1","software":"antenna-worker","version":"0.1"}}"#
            ),
            (
                .legacy, nil,
                #"[{"reply_subject":"ack.1.1.1","result":{"a":[1, 2]}}]"#
            ),
        ] as [(AntennaDialectChoice, String?, String)] {
            let server = ScriptedServer { $0.isTasks ? .noTasks : .taken }
            let client = try makeClient(server, dialect: dialect)
            _ = try await client.reserve(job: AntennaJob(id: 1, pipeline: "moths"), count: 3)
            _ = try await client.post(outgoing(1, json: #"{"a":[1, 2]}"#))
            #expect(server.requests.map { $0.body.map { text($0) } } == [reservation, post])
            _ = try await client.register(pipelines: Array("[{}]".utf8), projectID: 1)
            let body = #"{"processing_service_name":"Moth service","pipelines":[{}]}"#
            #expect(server.requests.last?.body.map { text($0) } == body)
        }
    }

    @Test("An entry of a spool, also as earlier versions wrote it")
    func spool() throws {
        let result = OutgoingResult(jobID: 7, replySubject: "reply.1", taskID: "t/\"1\"", json: Array("{}".utf8))
        let entry = SpoolEntry(server: "http://a.test/api", result: result)
        let bytes = entry.encoded()
        #expect(try SpoolEntry(bytes) == entry)
        let written = #"{"job_id":7,"reply_subject":"reply.1","server":"http://a.test/api","task_id":"t/\"1\""}"#
        let earlier = #"{"job_id":7,"reply_subject":"reply.1","server":"http:\/\/a.test\/api","task_id":"t\/\"1\""}"#
        #expect([written, earlier].contains(text(bytes.dropFirst(SpoolEntry.headerSize).dropLast(2).map(\.self))))
        for description in [written, earlier] {
            var file = Array("ANTSPOOL".utf8) + [0, 1, 0, 0, 0, 0, 0, UInt8(description.utf8.count)]
            file += [0, 0, 0, 0, 0, 0, 0, 2]
            let tail = Array(description.utf8) + Array("{}".utf8)
            file += Array(SHA256.hash(data: file + tail)) + tail
            #expect(try SpoolEntry(file) == entry)
        }
    }
}
