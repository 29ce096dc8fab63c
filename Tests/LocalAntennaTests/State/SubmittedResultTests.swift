import JSON
import Testing

@testable import LocalAntenna

@Suite struct SubmittedResultTests {
    private static let task = TaskRecord(id: 5, jobID: 2, imageID: 1_005)

    @Test func aResultIsReadWithItsBoxAndAnswer() throws {
        let result = try SubmittedResult(json: ResultBuilder.success(Self.task))
        #expect(result.replySubject == Self.task.replySubject)
        guard case .detections(let found) = result.outcome else {
            Issue.record("not a success")
            return
        }
        #expect(found.detections.first?.box == [10, 20, 110, 220])
        #expect(found.detections.first?.answer?.label == "moth")
        #expect(found.detections.first?.answer?.best?.index == 1)
        #expect(found.detections.first?.answer?.best?.score == 0.75)
    }

    @Test func theAnswerIsTheTerminalClassification() throws {
        let filter = ResultBuilder.detection(imageID: "1005", label: "nonmoth")["classifications"]?.elements?.first
        let answer = ResultBuilder.detection(imageID: "1005", label: "Noctua pronuba")["classifications"]?.elements?
            .first
        let both = JSONValue.array([
            try #require(answer), try #require(filter).replacing("terminal", with: false),
        ])
        let item = ResultBuilder.success(Self.task).replacing("result.detections.0.classifications", with: both)
        guard case .detections(let found) = try SubmittedResult(json: item).outcome else {
            Issue.record("not a success")
            return
        }
        #expect(found.detections.first?.answer?.label == "Noctua pronuba")
    }

    @Test(arguments: [
        "reply_subject", "result", "result.pipeline", "result.total_time", "result.source_images", "result.detections",
        "result.source_images.0.url", "result.detections.0.bbox.x2", "result.detections.0.algorithm",
        "result.detections.0.algorithm.name", "result.detections.0.timestamp",
        "result.detections.0.classifications.0.classification",
    ])
    func aMissingMemberIs400AndNamed(path: String) throws {
        let item = ResultBuilder.success(Self.task).replacing(path, with: nil)
        let rejection = #expect(throws: APIRejection.self) { try SubmittedResult(json: item) }
        #expect(rejection?.status == 400)
        #expect(rejection?.detail.hasPrefix(path) == true, "\(rejection?.detail ?? "")")
    }

    @Test(
        arguments: [
            ("reply_subject", 5), ("result", []), ("result.total_time", "1"), ("result.algorithms", "none"),
            ("result.source_images.0.id", 1.5), ("result.detections.0.bbox.x1", "10"),
            ("result.detections.0.timestamp", "2026-02-29T10:00:00"), ("result.detections.0.timestamp", .null),
            ("result.detections.0.timestamp", "2026-13-01T10:00:00"),
            ("result.detections.0.timestamp", "2026-00-00T10:00:00"),
            ("result.detections.0.timestamp", "2026-01-01T24:00:00"),
            ("result.detections.0.timestamp", "yesterday"), ("result.detections.0.timestamp", "2026-11-23"),
            ("result.detections.0.crop_image_url", 1),
            ("result.detections.0.classifications.0.scores", ["0.5"]),
            ("result.detections.0.classifications.0.labels", [1]),
            ("result.detections.0.classifications.0.features", [1, "2"]),
            ("result.detections.0.classifications.0.features", "1,2"),
            ("result.detections.0.classifications.0.terminal", "yes"),
        ] as [(String, JSONValue)]
    )
    func aMemberOfTheWrongTypeIs400(path: String, value: JSONValue) throws {
        let item = ResultBuilder.success(Self.task).replacing(path, with: value)
        let rejection = #expect(throws: APIRejection.self) { try SubmittedResult(json: item) }
        #expect(rejection?.status == 400)
    }

    @Test(arguments: [
        "result.detections.0.bbox", "result.detections.0.classifications",
        "result.detections.0.classifications.0.scores", "result.detections.0.classifications.0.logits",
        "result.detections.0.classifications.0.terminal", "result.algorithms",
    ])
    func whatTheServerHasADefaultForMayBeMissing(path: String) throws {
        _ = try SubmittedResult(json: ResultBuilder.success(Self.task).replacing(path, with: nil))
    }

    @Test func featuresMayComeAlong() throws {
        for (features, count) in [(nil, 0), (.null, 0), ([], 0), ([0.5, -1, 1e-7], 3)] as [(JSONValue?, Int)] {
            let item = ResultBuilder.success(Self.task)
                .replacing("result.detections.0.classifications.0.features", with: features)
            guard case .detections(let found) = try SubmittedResult(json: item).outcome else {
                Issue.record("not a success")
                return
            }
            #expect(found.detections.first?.answer?.featureCount == count)
        }
    }

    @Test func idsMayBeNumbers() throws {
        let failure = try SubmittedResult(json: ResultBuilder.failure(Self.task, imageID: 1_005))
        #expect(failure.imageID == 1_005)
        let item = ResultBuilder.success(Self.task).replacing("result.source_images.0.id", with: 1_005)
        #expect(try SubmittedResult(json: item).imageID == 1_005)
        #expect(throws: APIRejection.self) {
            try SubmittedResult(json: ResultBuilder.failure(Self.task, imageID: 1.5))
        }
    }
}
