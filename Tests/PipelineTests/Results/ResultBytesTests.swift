import Foundation
import Imaging
import Inference
import JSON
import Testing

@testable import Pipeline

/// What other programs get to see, byte for byte: two workers of different ages must say the same of the same image.
@Suite("Bytes of results")
struct ResultBytesTests {
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
            logits: [-1.5, 16_777_216, 1e16, .infinity],
            features: [0.25, -0.0, 1e-7, 3_000]
        )
        let detection = Detection(box: Box(x1: -1, y1: 2, x2: 30, y2: 40), score: 0.9)
        return [
            DetectedInsect(detection: detection, classifications: [word]),
            DetectedInsect(detection: detection, classifications: []),
        ]
    }

    private func encoder(tellsDetectionScores: Bool = false, mostBytes: Int = 1 << 20) -> ResultEncoder {
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
            tellsDetectionScores: tellsDetectionScores,
            mostBytes: mostBytes,
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
        let all = encoder().encode(insects, of: task, duration: .seconds(2))
        #expect(
            text(all.json) == Self.begin + Self.middle + Self.word
                + "[0.1,0.75,1.0,0.0,-0.0,1e-07,null,3.4028235e+38]"
                + #","logits":[-1.5,16777216.0,1e+16,null]"# + Self.end + Self.middle + "]}]}"
        )
        let best = encoder(tellsDetectionScores: true)
            .encode(insects, of: task, telling: ResultContents(scores: .top(1)), duration: .seconds(2))
        #expect(
            text(best.json) == Self.begin + #""score":0.9,"# + Self.middle + Self.word
                + #"[0,0.75,0,0,0,0,0,0],"logits":[]"# + Self.end + #""score":0.9,"# + Self.middle + "]}]}"
        )
    }

    @Test("Features where they are asked for, logits where they are")
    func contents() {
        let scores = "[0.1,0.75,1.0,0.0,-0.0,1e-07,null,3.4028235e+38]"
        let logits = #","logits":[-1.5,16777216.0,1e+16,null]"#
        let features = #","features":[0.25,-0.0,1e-07,3000.0]"#
        for (contents, told) in [
            (ResultContents(logits: false), scores + #","logits":[]"#),
            (ResultContents(features: true), scores + logits + features),
            (ResultContents(logits: false, features: true), scores + #","logits":[]"# + features),
            (ResultContents(scores: .top(1), features: true), #"[0,0.75,0,0,0,0,0,0],"logits":[]"# + features),
        ] {
            let result = encoder().encode(insects, of: task, telling: contents, duration: .seconds(2))
            #expect(text(result.json) == Self.begin + Self.middle + Self.word + told + Self.end + Self.middle + "]}]}")
        }
    }

    @Test("A result that is longer than any may be is an error result that says what makes it shorter")
    func tooLong() throws {
        let whole = encoder().encode(insects, of: task, duration: .seconds(2))
        #expect(encoder(mostBytes: whole.json.count).encode(insects, of: task, duration: .seconds(2)) == whole)
        let short = encoder(mostBytes: whole.json.count - 1)
        let given = GivenDetection(
            box: GivenBox(x1: 0, y1: 0, x2: 1, y2: 1),
            algorithm: GivenDetection.Algorithm(name: "a", key: "a")
        )
        let many = [NamedDetection](repeating: NamedDetection(given: given, verdict: .success(insects[0])), count: 5)
        for result in [
            short.encode(insects, of: task, duration: .seconds(2)),
            short.encode(named: many, of: task, duration: .seconds(2)),
        ] {
            #expect(result.isError)
            #expect(text(result.json).contains("--scores top:N") && text(result.json).contains(#""image_id":"42""#))
        }
    }

    @Test("What a task asked for stands behind its detections, and nothing else changes")
    func config() throws {
        var asking = task
        let config = #"{"detection_threshold":0.4,"top_k":3,"include_features":true,"include_logits":true,"y":0}"#
        asking.configuration = TaskConfiguration(try JSONValue(parsing: Array(config.utf8)))
        let one = ResultContents(scores: .top(1))
        let plain = encoder().encode(insects, of: task, telling: one.asked(by: task), duration: .seconds(2))
        let asked = encoder().encode(insects, of: asking, telling: one.asked(by: asking), duration: .seconds(2))
        let used = { (count: Int) in
            #","config":{"detection_threshold":0.4,"top_k":\#(count),"include_features":false,"include_logits":false}}"#
        }
        let features = #","features":[0.25,-0.0,1e-07,3000.0]"#
        #expect(text(asked.json).replacing(features, with: "") == text(plain.json).dropLast() + used(1))
        let all = ResultContents()
        let three = encoder().encode(insects, of: asking, telling: all.asked(by: asking), duration: .seconds(2))
        #expect(text(three.json).contains(#""scores":[0,0.75,1.0,0,0,0,0,3.4028235e+38],"logits":[]"# + features))
        #expect(text(three.json).hasSuffix(used(3)))
        let named = encoder().encode(named: [], of: asking, telling: all.asked(by: asking), duration: .seconds(2))
        #expect(text(named.json).hasSuffix(#""detections":[]"# + used(3)))
    }

    @Test("An error")
    func error() {
        let error = EncodedResult.error("404 \"not\"\tthere", for: task)
        #expect(text(error.json) == #"{"error":"404 \"not\"\u0009there","image_id":"42"}"#)
    }
}
