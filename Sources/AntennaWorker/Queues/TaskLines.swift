import Broker
import Concurrency
import Foundation
import Pipeline
import Transport
import Worker

/// Reads a file of tasks, one JSON object a line, as it is needed: it may be larger than memory.
struct TaskLines: AsyncSequence, Sendable {
    typealias Element = ImageTask

    private let path: String
    private let pipeline: String
    private let replyTo: String?
    private let lane: Lane

    /// Makes a reader; nothing is read yet.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - pipeline: The pipeline of tasks that name none.
    ///   - replyTo: The reply subject of tasks that name none.
    ///   - lane: Whether somebody waits for them.
    /// - Throws: `CommandFailure` when the file is not there.
    init(path: String, pipeline: String, replyTo: String?, lane: Lane) throws {
        guard FileManager.default.isReadableFile(atPath: path) else { throw CommandFailure("\(path) cannot be read.") }
        self.path = path
        self.pipeline = pipeline
        self.replyTo = replyTo
        self.lane = lane
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(path: path, pipeline: pipeline, replyTo: replyTo, lane: lane)
    }

    struct Iterator: AsyncIteratorProtocol {
        /// More than a task may have, and little enough to keep a mistaken file out of memory.
        private static let longestLine = TaskMessage.largestBody + 1 << 20

        private let path: String
        private let pipeline: String
        private let replyTo: String?
        private let lane: Lane
        private let handle: FileHandle?
        private var buffer = Data()
        private var isAtEnd = false
        private var number = 0

        init(path: String, pipeline: String, replyTo: String?, lane: Lane) {
            self.path = path
            self.pipeline = pipeline
            self.replyTo = replyTo
            self.lane = lane
            self.handle = FileHandle(forReadingAtPath: path)
        }

        /// The next task; empty lines are passed over.
        ///
        /// - Throws: `CommandFailure` that names the line which is no task.
        mutating func next() async throws -> ImageTask? {
            while let line = try nextLine() {
                number += 1
                guard line.contains(where: { $0 > 0x20 }) else { continue }
                do throws(MalformedTask) {
                    let message = AMQPMessage(body: [UInt8](line), replyTo: replyTo)
                    return try TaskMessage(message, pipeline: pipeline, lane: lane).task
                } catch {
                    throw CommandFailure("\(path), line \(number): \(error). The lines before it were enqueued.")
                }
            }
            return nil
        }

        private mutating func nextLine() throws -> Data? {
            while true {
                if let end = buffer.firstIndex(of: 0x0a) {
                    defer { buffer = buffer[buffer.index(after: end)...] }
                    return buffer[..<end]
                }
                guard !isAtEnd else {
                    defer { buffer = Data() }
                    return buffer.isEmpty ? nil : buffer
                }
                guard buffer.count <= Self.longestLine else {
                    throw CommandFailure("\(path), line \(number + 1): longer than any task.")
                }
                let more = try handle?.read(upToCount: 1 << 16) ?? Data()
                isAtEnd = more.isEmpty
                // A copy from index 0: a slice would keep everything read before.
                buffer = Data(buffer) + more
            }
        }
    }
}
