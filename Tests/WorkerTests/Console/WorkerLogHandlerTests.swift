import Foundation
import Logging
import Settings
import Synchronization
import Testing
import Transport

@testable import Worker

@Suite("Log lines")
struct WorkerLogHandlerTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func logger(_ format: WorkerLogHandler.Format, into lines: Lines) -> Logger {
        Logger(label: "test") { label in
            WorkerLogHandler(
                label: label,
                level: .debug,
                format: format,
                now: { Date(timeIntervalSince1970: 1_700_000_000.25) },
                write: { line in lines.all.withLock { $0.append(line) } }
            )
        }
    }

    private let plain = WorkerLogHandler.Format.text(Terminal(isInteractive: false, hasColour: false))

    @Test("text is one line, whatever the values hold")
    func text() {
        let lines = Lines()
        var logger = logger(plain, into: lines)
        logger[metadataKey: "job_id"] = "7"
        logger.info("Task done", metadata: ["url": "http://a/b c", "error": "two\nlines \"quoted\"", "none": ""])
        logger.trace("not shown")
        #expect(
            lines.all.withLock { $0 } == [
                "22:13:20.250 INFO Task done error=\"two\\nlines \\\"quoted\\\"\" job_id=7 none=\"\" url=\"http://a/b c\"\n"
            ]
        )
    }

    @Test("JSON is one object a line that any reader understands")
    func json() throws {
        let lines = Lines()
        logger(.json, into: lines).warning(
            "A \"quote\" and \u{1} and\nmore",
            metadata: ["level": "deep", "count": "3"]
        )
        let line = try #require(lines.all.withLock { $0.first })
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(
            object == [
                "time": "2023-11-14T22:13:20.250Z", "level": "warning", "logger": "test",
                "message": "A \"quote\" and \u{1} and\nmore", "metadata.level": "deep", "count": "3",
            ]
        )
    }

    @Test("a line's bytes: the members in order, and escapes that people know")
    func bytes() {
        let lines = Lines()
        logger(.json, into: lines).info("a/\"b\\\t\r\n\u{8}\u{7F}ü🦋", metadata: ["z": "1", "time": "x\u{E0041}"])
        #expect(
            lines.all.withLock { $0 } == [
                #"{"time":"2023-11-14T22:13:20.250Z","level":"info","logger":"test","message":"a/\"b\\\t\r\n\u0008\u007fü🦋","#
                    + #""metadata.time":"x\udb40\udc41","z":"1"}"# + "\n"
            ]
        )
    }

    @Test(
        "nothing from elsewhere steers a terminal, in text or in JSON",
        arguments: [
            "\u{1b}[2J", "\u{9b}2J", "\u{7f}", "\r", "\u{202e}evil", "\u{2028}", "\u{200b}", "\u{e0041}", "\u{0}",
            "\u{85}",
        ]
    )
    func control(text: String) throws {
        let lines = Lines()
        for format in [plain, .json] {
            logger(format, into: lines).error("A \(text) message", metadata: ["queue": "\(text)", "\(text)key": "1"])
        }
        let written = lines.all.withLock { $0 }
        for line in written {
            #expect(line.dropLast().unicodeScalars.allSatisfy { !$0.isInvisible }, "\(line.debugDescription)")
        }
        let object = try JSONDecoder().decode([String: String].self, from: Data(written[1].utf8))
        #expect(object["queue"] == text && object["message"] == "A \(text) message")
    }

    @Test("what lines look like depends on the output unless a setting says it")
    func formats() {
        let terminal = Terminal(isInteractive: true, hasColour: true)
        let file = Terminal(isInteractive: false, hasColour: false)
        let isJSON = { (format: WorkerLogHandler.Format) in if case .json = format { true } else { false } }
        #expect(isJSON(LoggingSetup.format(.auto, on: file)))
        #expect(!isJSON(LoggingSetup.format(.auto, on: terminal)))
        #expect(!isJSON(LoggingSetup.format(.text, on: file)))
        #expect(isJSON(LoggingSetup.format(.json, on: terminal)))
    }

    @Test("colours are for terminals whose user has not said NO_COLOR")
    func colours() {
        #expect(Terminal(isInteractive: true, hasColour: true).styled("a", .red) == "\u{1B}[31ma\u{1B}[0m")
        #expect(Terminal(isInteractive: true, hasColour: false).styled("a", .red) == "a")
        #expect(Terminal(descriptor: -1, environment: [:]).hasColour == false)
    }
}
