import JSON
import Testing

@testable import LocalAntenna

@Suite struct AntennaStateTests {
    private static let lease = Duration.seconds(300)

    private static func state(tasks: Int = 3, maxDeliver: Int = 2) -> AntennaState {
        let records = (1...tasks).map { TaskRecord(id: $0, jobID: 1, imageID: 1_000 + $0) }
        let ledger = TaskLedger(records: records, lease: lease, maxDeliver: maxDeliver)
        return AntennaState(jobs: [
            AntennaState.Job(
                id: 1,
                name: "job",
                pipelineSlug: "demo",
                dispatchMode: .asyncAPI,
                isActive: true,
                ledger: ledger
            )
        ])
    }

    private static func submit(
        _ item: JSONValue,
        to state: inout AntennaState,
        at now: Duration
    ) throws -> [AntennaState.Receipt] {
        try state.submit(job: 1, results: [SubmittedResult(json: item)], now: now)
    }

    // MARK: Leases

    @Test func aTaskIsOutUntilItsLeaseEndsAndNotAMomentLonger() throws {
        var state = Self.state(tasks: 1)
        #expect(try state.reserve(job: 1, count: 5, now: .zero).map(\.id) == [1])
        #expect(try state.reserve(job: 1, count: 5, now: .seconds(299)).isEmpty)
        #expect(try state.reserve(job: 1, count: 5, now: .seconds(300)).map(\.id) == [1])
        #expect(state.counts().redeliveries == 1)
    }

    @Test func aTaskThatWasOutTwiceIsLost() throws {
        var state = Self.state(tasks: 1)
        _ = try state.reserve(job: 1, count: 1, now: .zero)
        _ = try state.reserve(job: 1, count: 1, now: .seconds(300))
        #expect(try state.reserve(job: 1, count: 1, now: .seconds(600)).isEmpty)
        #expect(state.counts().lost == 1)
        #expect(state.jobs[0].status == "FAILURE")
    }

    @Test func whatComesBackGoesOutBeforeWhatWaits() throws {
        var state = Self.state(tasks: 4)
        #expect(try state.reserve(job: 1, count: 2, now: .zero).map(\.id) == [1, 2])
        #expect(try state.reserve(job: 1, count: 3, now: .seconds(301)).map(\.id) == [1, 2, 3])
    }

    @Test func aResultEndsTheLeaseForGood() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        let receipts = try Self.submit(ResultBuilder.success(task), to: &state, at: .seconds(10))
        #expect(receipts.first?.saved?.task.id == 1)
        #expect(try state.reserve(job: 1, count: 1, now: .seconds(900)).isEmpty)
        #expect(state.counts().isExactlyOnce)
        #expect(state.jobs[0].status == "SUCCESS")
    }

    @Test func aResultAfterTheLeaseIsSavedAndTheTaskNotHandedOutAgain() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .seconds(301))
        #expect(state.counts().savedLate == 1)
        #expect(try state.reserve(job: 1, count: 1, now: .seconds(302)).isEmpty)
    }

    @Test func aResultOfTheFirstDeliveryCountsDuringTheSecond() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try state.reserve(job: 1, count: 1, now: .seconds(300))
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .seconds(310))
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .seconds(320))
        #expect(state.counts().saved == 1)
        #expect(state.counts().identicalDuplicates == 1)
        #expect(state.counts(job: 1).lost == 0)
    }

    @Test func aResultForALostTaskIsSavedLate() throws {
        var state = Self.state(tasks: 1, maxDeliver: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        state.expire(now: .seconds(300))
        #expect(state.counts().lost == 1)
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .seconds(301))
        #expect(state.counts().lost == 0)
        #expect(state.counts().savedLate == 1)
    }

    // MARK: Duplicates

    @Test func timestampsAndDurationsDoNotMakeADuplicateDiffer() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .zero)
        let later = ResultBuilder.success(task, timestamp: "2027-01-01T00:00:00", time: 99)
        #expect(try Self.submit(later, to: &state, at: .seconds(1)).first?.saved == nil)
        #expect(state.counts().identicalDuplicates == 1)
        #expect(state.counts().isExactlyOnce)
    }

    @Test func anotherLabelMakesADuplicateDiffer() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try Self.submit(ResultBuilder.success(task), to: &state, at: .zero)
        _ = try Self.submit(ResultBuilder.success(task, label: "other"), to: &state, at: .zero)
        #expect(state.counts().differingDuplicates == 1)
        #expect(!state.counts().isExactlyOnce)
    }

    // MARK: What is refused

    @Test func anUnknownJobIs404AndAnotherKindOfJob400() {
        var state = AntennaState(jobs: [
            AntennaState.Job(
                id: 1,
                name: "",
                pipelineSlug: "demo",
                dispatchMode: .syncAPI,
                isActive: true,
                ledger: TaskLedger(records: [], lease: Self.lease, maxDeliver: 2)
            ),
            AntennaState.Job(
                id: 2,
                name: "",
                pipelineSlug: nil,
                dispatchMode: .asyncAPI,
                isActive: true,
                ledger: TaskLedger(records: [], lease: Self.lease, maxDeliver: 2)
            ),
        ])
        #expect(throws: APIRejection.unknownJob) { try state.reserve(job: 9, count: 1, now: .zero) }
        #expect(throws: APIRejection(status: 400, detail: "Only async_api jobs have tasks to fetch")) {
            try state.reserve(job: 1, count: 1, now: .zero)
        }
        #expect(throws: APIRejection(status: 400, detail: "Job does not have a pipeline")) {
            try state.submit(job: 2, results: [], now: .zero)
        }
    }

    @Test func aBatchOfNoneIsRefusedAndAnInactiveJobHasNone() throws {
        var state = Self.state()
        #expect(throws: APIRejection.self) { try state.reserve(job: 1, count: 0, now: .zero) }
        state.setActive(false, job: 1)
        #expect(try state.reserve(job: 1, count: 1, now: .zero).isEmpty)
        state.setActive(true, job: 1)
        #expect(try state.reserve(job: 1, count: 1, now: .zero).count == 1)
    }

    @Test func anErrorWithoutImageLeavesTheImagePendingForEver() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try Self.submit(ResultBuilder.failure(task, imageID: .null), to: &state, at: .zero)
        #expect(state.counts().stuck == 1)
        #expect(try state.reserve(job: 1, count: 1, now: .seconds(900)).isEmpty)
        #expect(state.jobs[0].ledger.records[0].refusals == [.errorWithoutImage])
    }

    @Test func anErrorWithItsImageIsSaved() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        _ = try Self.submit(ResultBuilder.failure(task, error: "404"), to: &state, at: .zero)
        #expect(state.counts().savedErrors == 1)
        #expect(state.jobs[0].ledger.records[0].saved?.error == "404")
    }

    @Test func aSubjectOfNoTaskIsCounted() throws {
        var state = Self.state(tasks: 1)
        let stranger = TaskRecord(id: 77, jobID: 1, imageID: 1_077)
        _ = try Self.submit(ResultBuilder.success(stranger), to: &state, at: .zero)
        #expect(state.jobs[0].unknownSubjects == 1)
        #expect(state.counts().saved == 0)
    }

    @Test func theImageDecidesWhoseResultItIsAndNotTheSubject() throws {
        var state = Self.state(tasks: 2)
        let tasks = try state.reserve(job: 1, count: 2, now: .zero)
        let item = ResultBuilder.success(tasks[0]).replacing("reply_subject", with: .string(tasks[1].replySubject))
        #expect(try Self.submit(item, to: &state, at: .zero).first?.saved?.task.id == 1)
        let foreign = ResultBuilder.success(tasks[1]).replacing("reply_subject", with: "nobody's")
        #expect(try Self.submit(foreign, to: &state, at: .zero).first?.saved?.task.id == 2)
        #expect(state.counts().isExactlyOnce)
    }

    @Test func everyDeliveryHasASubjectOfItsOwn() throws {
        var state = Self.state(tasks: 2)
        let first = try state.reserve(job: 1, count: 2, now: .zero).map(\.replySubject)
        let second = try state.reserve(job: 1, count: 1, now: Self.lease).map(\.replySubject)
        #expect(Set(first + second).count == 3)
        #expect(first[0] == "$JS.ACK.job_1.job_1_consumer.1.1.1.1780000000000000000.1")
        #expect(second[0] == "$JS.ACK.job_1.job_1_consumer.2.1.3.1780000300000000000.1")
        // The subject of an earlier delivery still says whose it is.
        let record = TaskRecord(id: 1, jobID: 1, imageID: 1_001)
        let item = ResultBuilder.failure(record, imageID: .null).replacing("reply_subject", with: .string(first[0]))
        _ = try Self.submit(item, to: &state, at: Self.lease)
        #expect(state.counts().stuck == 1)
    }

    @Test func aResultThatIsSavedTooLateWasHandedOutAgainMeanwhile() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        let result = try SubmittedResult(json: ResultBuilder.success(task))
        _ = try state.submit(job: 1, results: [result], lag: .seconds(100), now: .seconds(250))
        #expect(state.counts().saved == 0)
        let early = state.takeSaved()
        #expect(early.isEmpty)
        let again = try state.reserve(job: 1, count: 1, now: .seconds(300))
        #expect(again.map(\.deliveries) == [2])
        state.expire(now: .seconds(349))
        #expect(state.counts().saved == 0)
        state.expire(now: .seconds(350))
        let (saved, more) = (state.takeSaved(), state.takeSaved())
        #expect(state.counts().saved == 1 && saved.map(\.task.id) == [1] && more.isEmpty)
        // In order, whenever it is looked at: what was saved before its lease ended is not handed out again.
        var calm = Self.state(tasks: 1)
        _ = try calm.reserve(job: 1, count: 1, now: .zero)
        _ = try calm.submit(job: 1, results: [result], lag: .seconds(100), now: .seconds(100))
        let none = try calm.reserve(job: 1, count: 1, now: .seconds(900))
        #expect(none.isEmpty && calm.counts().saved == 1 && calm.counts().savedLate == 0)
    }

    @Test func aJobOfWhichMostImagesHaveFailedCanHideWithItsTasks() throws {
        var state = Self.state(tasks: 4)
        let tasks = try state.reserve(job: 1, count: 3, now: .zero)
        var query = JobQuery()
        (query.isIncompleteOnly, query.hidesFailing) = (true, true)
        for (index, task) in tasks.enumerated() {
            #expect(query.page(of: state.jobs).count == 1, "\(index) failed")
            _ = try Self.submit(ResultBuilder.failure(task), to: &state, at: .zero)
        }
        #expect(query.page(of: state.jobs).count == 0)
        query.hidesFailing = false
        #expect(query.page(of: state.jobs).count == 1)
        let left = try state.reserve(job: 1, count: 1, now: .zero)
        #expect(left.count == 1, "the queue goes on all the same")
    }

    static let silentlyRefused: [(change: String, to: JSONValue, reason: Refusal)] = [
        ("result.pipeline", "another", .wrongPipeline("another")),
        ("result.source_images.0.id", "img-1", .wrongImage("img-1")),
        ("result.source_images.0.id", "9", .wrongImage("9")),
        ("result.source_images", [], .wrongImage("")),
        ("result.detections.0.source_image_id", "x", .wrongImage("x")),
        ("result.detections.0.algorithm.key", "none", .undeclaredAlgorithm("none")),
        ("result.detections.0.classifications.0.algorithm.key", "none", .undeclaredAlgorithm("none")),
        ("result.detections.0.classifications.0.scores", [], .emptyScores),
        ("result.detections.0.classifications.0.scores", [0.1, 0.2, 0.7], .beyondCategoryMap(index: 2)),
    ]

    @Test(arguments: silentlyRefused)
    func whatTheServerCannotSaveIsRefusedSilentlyAndHandedOutAgain(
        change: String,
        to value: JSONValue,
        reason: Refusal
    ) throws {
        var state = Self.state(tasks: 1)
        _ = try state.register(ResultBuilder.registration)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        let item = ResultBuilder.success(task).replacing(change, with: value)
        #expect(try Self.submit(item, to: &state, at: .zero).first?.saved == nil)
        #expect(state.jobs[0].ledger.records[0].refusals == [reason])
        #expect(try state.reserve(job: 1, count: 1, now: .seconds(300)).count == 1)
    }

    @Test func twoDetectorsInOneResultAreRefused() throws {
        var state = Self.state(tasks: 1)
        let task = try #require(try state.reserve(job: 1, count: 1, now: .zero).first)
        let two: JSONValue = [
            ResultBuilder.detection(imageID: "1001"), ResultBuilder.detection(imageID: "1001", detector: "second"),
        ]
        let item = ResultBuilder.success(task).replacing("result.detections", with: two)
        _ = try Self.submit(item, to: &state, at: .zero)
        #expect(state.jobs[0].ledger.records[0].refusals == [.detectorCount(2)])
    }

    // MARK: Length

    @Test func thousandsOfTasksGoRoundWithoutLoss() throws {
        var state = Self.state(tasks: 5_000)
        var now = Duration.zero
        var left = 5_000
        while left > 0, now < .seconds(100_000) {
            let batch = try state.reserve(job: 1, count: 24, now: now)
            now += .seconds(20)
            // Every other task is forgotten the first time.
            for task in batch where task.deliveries > 1 || task.id.isMultiple(of: 2) {
                _ = try Self.submit(ResultBuilder.failure(task), to: &state, at: now)
                left -= 1
            }
        }
        #expect(state.counts().isExactlyOnce)
        #expect(state.counts().redeliveries == 2_500)
    }
}
