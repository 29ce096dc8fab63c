import Foundation
import Synchronization
import Testing

@testable import Antenna
@testable import Pipeline

@Suite struct PostedIndexTests {
    private func key(_ id: Int) -> TaskKey { TaskKey(jobID: 1, taskID: "\(id)") }

    private func insert(_ id: Int, bytes: Int = 10, at now: Duration = .zero, _ index: inout PostedIndex) -> [UInt64] {
        let item = PostedIndex.Item(number: index.makeNumber(), bytes: bytes, postedAt: now)
        return index.insert(item, key(id), now: now)
    }

    @Test func theOldestGoFirst() {
        var index = PostedIndex(maximumBytes: 30, maximumEntries: 10, memory: .seconds(3600))
        for id in 1...3 { #expect(insert(id, &index).isEmpty) }
        #expect(insert(4, bytes: 20, &index) == [1, 2])
        #expect(index.bytes == 30 && index.count == 2)
        #expect(index.item(key(1), now: .zero) == nil && index.item(key(3), now: .zero) != nil)
    }

    @Test func theirNumberIsBounded() {
        var index = PostedIndex(maximumBytes: 1000, maximumEntries: 2, memory: .seconds(3600))
        _ = insert(1, &index)
        _ = insert(2, &index)
        #expect(insert(3, &index) == [1])
    }

    @Test func whatIsTooLargeIsNotKept() {
        var index = PostedIndex(maximumBytes: 30, maximumEntries: 10, memory: .seconds(3600))
        _ = insert(1, &index)
        #expect(insert(2, bytes: 31, &index) == [2])
        #expect(index.count == 1)
    }

    @Test func whatIsTooOldIsNotGivenAndGoes() {
        var index = PostedIndex(maximumBytes: 100, maximumEntries: 10, memory: .seconds(3600))
        _ = insert(1, &index)
        #expect(index.item(key(1), now: .seconds(3599)) != nil)
        #expect(index.item(key(1), now: .seconds(3600)) == nil)
        #expect(insert(2, at: .seconds(3600), &index) == [1])
        #expect(index.bytes == 10)
    }

    @Test func theSameTaskIsKeptOnce() {
        var index = PostedIndex(maximumBytes: 100, maximumEntries: 10, memory: .seconds(3600))
        _ = insert(1, &index)
        #expect(insert(1, bytes: 20, &index) == [1])
        #expect(index.count == 1 && index.bytes == 20)
        // The first one's place in the order is empty, and takes nothing with it.
        #expect(insert(2, bytes: 90, &index) == [2])
        #expect(index.count == 1)
    }
}

@Suite(.timeLimit(.minutes(5))) struct PostedResultsTests {
    private let folder = TemporaryFolder()

    private func open(
        models: String = "m1",
        server: String = "http://antenna.test",
        maximumBytes: Int = 1 << 20,
        at now: Duration = .seconds(1_700_000_000)
    ) async throws -> PostedResults {
        try await PostedResults.open(
            directory: folder.path,
            address: AntennaAddress(server),
            models: Array(models.utf8),
            maximumBytes: maximumBytes,
            wallClock: { now },
            logger: quiet
        )
    }

    private func key(_ id: Int, job: Int = 1) -> TaskKey { TaskKey(jobID: job, taskID: "\(id)") }

    @Test func aResultIsGivenAgainByteForByte() async throws {
        let posted = try await open()
        let json = #"{"pipeline":"x",  "detections":[1.50]}"#
        await posted.insert(outgoing(1, json: json))
        #expect(posted.remembers(key(1)))
        #expect(!posted.remembers(key(1, job: 2)) && !posted.remembers(key(2)))
        #expect(try await posted.json(of: key(1)) == Array(json.utf8))
        #expect(try await posted.json(of: key(2)) == nil)
    }

    @Test func anErrorIsNotKept() async throws {
        let posted = try await open()
        let task = ImageTask(id: "1", imageID: "1", imageURL: "", replySubject: "s", pipeline: "moths", jobID: 1)
        let error = String(decoding: EncodedResult.error("away", for: task).json, as: UTF8.self)
        await posted.insert(outgoing(1, json: error))
        #expect(!posted.remembers(key(1)) && posted.count == 0)
    }

    @Test func itOutlastsTheWorkerForAnHour() async throws {
        let start = Duration.seconds(1_700_000_000)
        do { await (try await open(at: start)).insert(outgoing(1, json: #"{"n":1}"#)) }
        try await untilReleased(folder)
        do {
            let next = try await open(at: start + .seconds(3_000))
            #expect(try await next.json(of: key(1)) == Array(#"{"n":1}"#.utf8))
        }
        try await untilReleased(folder)
        // A restart is no reason to keep it for longer.
        let last = try await open(at: start + .seconds(3_600))
        #expect(!last.remembers(key(1)) && folder.files().isEmpty)
    }

    @Test(arguments: [("m2", "http://antenna.test"), ("m1", "http://other.test")])
    func whatOtherModelsOrServersWereGivenGoes(_ models: String, _ server: String) async throws {
        do { await (try await open()).insert(outgoing(1)) }
        try await untilReleased(folder)
        let next = try await open(models: models, server: server)
        #expect(!next.remembers(key(1)) && folder.files().isEmpty)
    }

    @Test func aClockThatWasAheadLeavesNothingBehind() async throws {
        do { await (try await open(at: .seconds(1_800_000_000))).insert(outgoing(1)) }
        try await untilReleased(folder)
        let next = try await open()
        #expect(!next.remembers(key(1)))
    }

    @Test func aDamagedOneIsNotGiven() async throws {
        let posted = try await open()
        await posted.insert(outgoing(1))
        let file = try #require(folder.files().first)
        let path = "\(folder.path)/\(file)"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try await posted.json(of: key(1)) == nil)
        #expect(!posted.remembers(key(1)))
    }

    @Test func bytesOnDiskAreBounded() async throws {
        let posted = try await open(maximumBytes: 2_000)
        for id in 0..<50 { await posted.insert(outgoing(id, json: #"{"n":"\#(String(repeating: "x", count: 200))"}"#)) }
        #expect(posted.count < 10 && folder.files().count == posted.count)
        #expect(posted.remembers(key(49)))
    }
}
