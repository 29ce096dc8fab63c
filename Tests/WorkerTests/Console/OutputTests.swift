import Concurrency
import Foundation
import TestSupport
import Testing

@testable import Worker

/// A pipe as somebody's output.
private final class TestPipe: Sendable {
    let output: Output
    private let reading: Int32
    private let writing: Int32

    init() throws {
        // A test process that writes to a pipe nobody reads would end of it.
        signal(SIGPIPE) { _ in }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError.last }
        (reading, writing) = (ends[0], ends[1])
        output = Output(descriptor: writing, name: "The pipe")
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Has writing fail rather than wait.
    func stopWaiting() {
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    }

    /// What is in it, waiting for something.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = Foundation.read(reading, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Leaves nobody who reads.
    func abandon() {
        // The number stays taken, so that it is nobody else's.
        dup2(writing, reading)
    }
}

@Suite("Output", .timeLimit(.minutes(5)))
struct OutputTests {
    @Test("a reader that stands still costs text, which is counted, and no time; it goes on with a line of its own")
    func stuckReader() throws {
        let pipe = try TestPipe()
        let line = String(repeating: "a", count: 99_999) + "\n"
        for _ in 0..<200 { pipe.output.offer(line) }
        #expect(pipe.output.dropped == 200)
        let torn = pipe.read()
        #expect(!torn.isEmpty && torn.allSatisfy { $0 == "a" })
        pipe.output.offer("next\n")
        #expect(pipe.read() == "\nnext\n")
        #expect(pipe.output.dropped == 200)
    }

    @Test("a reader that has gone costs text, and fails what must be written")
    func goneReader() throws {
        let pipe = try TestPipe()
        pipe.abandon()
        pipe.output.offer("a line\n")
        #expect(pipe.output.dropped == 1)
        let failure = #expect(throws: CommandFailure.self) { try pipe.output.print("a table") }
        #expect(failure?.description == "The pipe cannot be written: Broken pipe.")
    }

    @Test("a full disk and a closed descriptor cost text, and fail what must be written")
    func nobodyTakesIt() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        for (descriptor, reason) in [(full, "No space left on device"), (-1, "Bad file descriptor")] {
            let output = Output(descriptor: descriptor, name: "It")
            output.offer("a line\n")
            #expect(output.dropped == 1)
            let failure = #expect(throws: CommandFailure.self) { try output.write("a table") }
            #expect(failure?.description == "It cannot be written: \(reason).")
        }
    }

    @Test("what must be written waits for a slow reader, also on a descriptor that does not wait")
    func slowReader() async throws {
        for isWaiting in [true, false] {
            let pipe = try TestPipe()
            if !isWaiting { pipe.stopWaiting() }
            let text = String(repeating: "b", count: 1_000_000)
            async let received = read(text.utf8.count, from: pipe)
            try await BlockingPool(name: "write", threadCount: 1).run { try pipe.output.write(text) }
            #expect(try await received == text)
        }
    }

    private func read(_ count: Int, from pipe: TestPipe) async throws -> String {
        try await BlockingPool(name: "read", threadCount: 1).run {
            var text = ""
            while text.utf8.count < count { text += pipe.read() }
            return text
        }
    }

    @Test("everything that is said goes this way: a print or a file handle ends the process, or hides a failure")
    func onlyWay() throws {
        let words = ["FileHandle.standard", "print(", "puts(", "fwrite(", "printf(", "putchar("]
        for (file, text) in try PackageFiles.texts(at: "Sources") where file.hasSuffix(".swift") {
            for line in text.split(separator: "\n") where words.contains(where: { line.contains($0) }) {
                // A call of a function of that name, not of a method, nor the end of a longer name.
                let call = /(^|[\s({])(print|puts|fputs|fwrite|printf|fprintf|putchar)\(|FileHandle\.standard/
                #expect(!line.contains(call) || line.contains("func print("), "\(file): \(line)")
            }
        }
    }
}
