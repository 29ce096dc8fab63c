import Crypto
import Foundation
import Imaging
import Inference
import Testing
import Transport

@testable import Pipeline

/// What other programs get to see, byte for byte: two workers of different ages must say the same of the same image.
@Suite("Bytes on the wire and on disk")
struct WireBytesTests {
    private let task = ImageTask(
        id: "t/1",
        imageID: "42",
        imageURL: "http://h/ü \"1\".jpg?a=/\\",
        replySubject: "reply.1",
        pipeline: "moths",
        jobID: 7
    )

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func algorithm(_ name: String) -> PipelineManifest.Algorithm {
        PipelineManifest.Algorithm(name: name, key: PipelineManifest.key(for: name), version: 1, file: "")
    }

    private var insects: [DetectedInsect] {
        let scores: [Float] = [0.1, 0.75, 1, 0, -0.0, 1e-7, .nan, 3.4028235e38]
        let word = Classification(
            algorithm: algorithm("Names / 2"),
            isTerminal: true,
            labelIndex: 1,
            label: "b\n\u{1}\u{7F}蛾",
            scores: scores,
            logits: [-1.5, 16_777_216, 1e16, .infinity]
        )
        let detection = Detection(box: Box(x1: -1, y1: 2, x2: 30, y2: 40), score: 0.9)
        return [
            DetectedInsect(detection: detection, classifications: [word]),
            DetectedInsect(detection: detection, classifications: []),
        ]
    }

    private func encoder(_ scores: ScoreSelection, tellsDetectionScores: Bool = false) -> ResultEncoder {
        let detector = PipelineManifest.Detector(
            algorithm: algorithm("Blob Detector"),
            input: LocalizationRule(
                shorterSide: 540,
                longerSideMaximum: 1_024,
                antialias: false,
                normalization: Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1]),
                padMultiple: 1
            ),
            scoreThreshold: 0.5,
            maximumDetections: 10
        )
        let manifest = PipelineManifest(slug: "moths", name: "Moths", directory: "", detector: detector)
        return ResultEncoder(
            manifests: [manifest],
            scores: scores,
            tellsDetectionScores: tellsDetectionScores,
            now: { Date(timeIntervalSince1970: 1_767_323_045) }
        )
    }

    private static let begin =
        #"{"pipeline":"moths","algorithms":{},"total_time":2.0,"source_images":[{"id":"42","url":"http://h/ü \"1\".jpg?a=/\\"}],"#
        + #""detections":[{"source_image_id":"42","bbox":{"x1":-1,"y1":2,"x2":30,"y2":40},"#
    private static let middle =
        #""algorithm":{"name":"Blob Detector","key":"blob_detector"},"timestamp":"2026-01-02T03:04:05.000Z","#
        + #""crop_image_url":null,"classifications":["#
    private static let word =
        #"{"classification":"b\u000a\u0001"# + "\u{7F}" + #"蛾","labels":null,"scores":"#
    private static let end =
        #","algorithm":{"name":"Names / 2","key":"names_2"},"terminal":true,"timestamp":"2026-01-02T03:04:05.000Z"}]},"#
        + #"{"source_image_id":"42","bbox":{"x1":-1,"y1":2,"x2":30,"y2":40},"#

    @Test("A result, with all scores and with the best")
    func result() {
        let all = encoder(.all).encode(insects, of: task, duration: .seconds(2))
        #expect(
            text(all.json) == Self.begin + Self.middle + Self.word
                + "[0.1,0.75,1.0,0.0,-0.0,1e-07,null,3.4028235e+38]"
                + #","logits":[-1.5,16777216.0,1e+16,null]"# + Self.end + Self.middle + "]}]}"
        )
        let best = encoder(.top(1), tellsDetectionScores: true).encode(insects, of: task, duration: .seconds(2))
        #expect(
            text(best.json) == Self.begin + #""score":0.9,"# + Self.middle + Self.word
                + #"[0,0.75,0,0,0,0,0,0],"logits":[]"# + Self.end + #""score":0.9,"# + Self.middle + "]}]}"
        )
    }

    @Test("An error, and what stands in for a result that is too large")
    func errors() {
        let error = EncodedResult.error("404 \"not\"\tthere", for: task)
        #expect(text(error.json) == #"{"error":"404 \"not\"\u0009there","image_id":"42"}"#)
        let refusal = AntennaError(.refused, operation: "antenna.result", message: "", status: 413)
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

    @Test("A task's message")
    func message() {
        #expect(
            text(TaskMessage.encode(task).body)
                == #"{"id":"t/1","image_id":"42","image_url":"http://h/ü \"1\".jpg?a=/\\","reply_subject":"reply.1","pipeline":"moths","job_id":7}"#
        )
        let short = ImageTask(id: "1", imageID: "2", imageURL: "", replySubject: "", pipeline: "p")
        #expect(
            text(TaskMessage.encode(short).body) == #"{"id":"1","image_id":"2","image_url":"","pipeline":"p"}"#
        )
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
