import Concurrency
import Foundation
import Logging
import Pipeline
import Synchronization
import TestSupport
import Testing

@Suite struct FileTaskTests {
    private let threads = BlockingPool(name: "files", threadCount: 1)

    @Test func everyFileIsHandedOutOnceInOrder() async throws {
        let delivered = Deliveries()
        let source = source(["a.jpg", "b.jpg"], delivered)
        try await source.run()
        let first = try #require(await source.next())
        let second = try #require(await source.next())
        #expect(await source.next() == nil)
        #expect([first, second].map(\.task.imageURL) == ["a.jpg", "b.jpg"])
        #expect([first, second].map(\.task.imageID) == ["a.jpg", "b.jpg"])
        #expect([first, second].allSatisfy { $0.task.pipeline == "moths" && $0.deadline == nil })
        try await second.settle(.completed(EncodedResult(taskID: "1", json: [1], isError: false)))
        try await first.settle(.completed(EncodedResult(taskID: "0", json: [0], isError: false)))
        #expect(delivered.all.map(\.0) == [1, 0])
        #expect(delivered.all.map(\.1.json) == [[1], [0]])
    }

    @Test func whatWouldBeTriedAgainElsewhereIsAnErrorHere() async throws {
        let delivered = Deliveries()
        let source = source(["a.jpg"], delivered)
        try await source.next()?.settle(.retry(reason: "no memory"))
        let texts = delivered.all.map { String(decoding: $0.1.json, as: UTF8.self) }
        #expect(delivered.all.map(\.1.isError) == [true])
        #expect(texts == [#"{"error":"no memory","image_id":"a.jpg"}"#])
    }

    @Test func drainedItHandsOutNoMore() async throws {
        let source = source(["a.jpg", "b.jpg"], Deliveries())
        try await source.next()?.settle(.retry(reason: ""))
        source.drain()
        #expect(await source.next() == nil)
    }

    // MARK: Reading

    @Test func aFileIsReadWhole() async throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try write(bytes)
        #expect(try await FileFetcher(threads: threads, maximumBytes: bytes.count).fetch(path) == bytes)
    }

    @Test func whatIsNoImageFileIsAFailureThatSaysWhy() async throws {
        let folder = try PackagePaths.scratch("folder").path
        let pipe = folder + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let cases = [
            ("/nowhere/at/all.jpg", "No such file"), (folder, "no regular file"), (pipe, "no regular file"),
            (try write([]), "empty"), (try write([1, 2, 3, 4]), "more than the limit of 3"),
        ]
        for (path, reason) in cases {
            let failure = await #expect(throws: TaskFailure.self) {
                try await FileFetcher(threads: threads, maximumBytes: 3).fetch(path)
            }
            #expect(failure?.message.contains(reason) == true, "\(path): \(failure?.message ?? "")")
            #expect(failure?.isRetriable == false)
        }
    }

    private func write(_ bytes: [UInt8]) throws -> String {
        let file = try PackagePaths.scratch("file").appending(path: "image")
        try Data(bytes).write(to: file)
        return file.path
    }

    private func source(_ paths: [String], _ delivered: Deliveries) -> FileTaskSource {
        FileTaskSource(paths: paths, pipeline: "moths", logger: Logger(label: "test")) { delivered.add($0, at: $1) }
    }
}

private final class Deliveries: Sendable {
    private let deliveries = Mutex<[(Int, EncodedResult)]>([])

    var all: [(Int, EncodedResult)] { deliveries.withLock { $0 } }

    func add(_ result: EncodedResult, at index: Int) {
        deliveries.withLock { $0.append((index, result)) }
    }
}
