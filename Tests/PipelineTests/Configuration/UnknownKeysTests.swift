import JSON
import TestSupport
import Testing

@testable import Pipeline

@Suite("Keys of a task's config that are not known")
struct UnknownKeysTests {
    @Test("are named once, whatever asks, and not without an end")
    func once() throws {
        let log = CapturedLog()
        let keys = UnknownKeys(logger: log.logger)
        for _ in 0..<3 {
            keys.note(try task(#"{"treshold":1,"other":2}"#))
            keys.note(try task(#"{"treshold":1,"top_k":2}"#))
            keys.note(try task("null"))
        }
        #expect(log.warnings.count == 2)
        #expect(log.warnings[0].contains("treshold") && log.warnings[1].contains("other"), "\(log.warnings)")
        for number in 0..<1_000 { keys.note(try task(#"{"key \#(number)":1}"#)) }
        #expect(log.warnings.count == 50)
    }

    private func task(_ config: String) throws -> ImageTask {
        let json = try JSONValue(parsing: Array(config.utf8))
        return ImageTask(
            id: "1",
            imageID: "1",
            imageURL: "u",
            replySubject: "r",
            pipeline: "p",
            configuration: TaskConfiguration(json)
        )
    }
}
