import Foundation
import Imaging
import Inference
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

    @Test("An error")
    func error() {
        let error = EncodedResult.error("404 \"not\"\tthere", for: task)
        #expect(text(error.json) == #"{"error":"404 \"not\"\u0009there","image_id":"42"}"#)
    }
}
