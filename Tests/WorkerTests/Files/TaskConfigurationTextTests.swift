import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Worker

@Suite("What people ask of tasks")
struct TaskConfigurationTextTests {
    @Test(
        "What is no such object, or asks for what cannot be, is said",
        arguments: [
            ("", "cannot be read"), ("/nowhere/at-all.json", "cannot be read"), ("{", "cannot be read"),
            (#"{"top_k":0}"#, "config.top_k is 0, outside 1 to 1000000."),
        ]
    )
    func wrong(_ text: String, _ said: String) {
        let failure = #expect(throws: CommandFailure.self) { try TaskConfigurationText(text) }
        #expect(failure?.description.contains(said) == true, "\(failure?.description ?? "")")
    }

    @Test("An object may be written out, or be in a file")
    func both() throws {
        let folder = try PackagePaths.scratch("config")
        let (file, list) = (folder.appending(path: "config.json"), folder.appending(path: "list.json"))
        try Data(#" {"top_k": 3}"#.utf8).write(to: file)
        try Data("[1]".utf8).write(to: list)
        let (inFile, written) = (try TaskConfigurationText(file.path), try TaskConfigurationText(#" {"top_k": 3}"#))
        #expect(inFile.configuration == written.configuration && inFile.configuration != nil)
        #expect(try TaskConfigurationText("{}").configuration == nil)
        #expect(throws: CommandFailure.self) { try TaskConfigurationText(list.path) }
        try FileManager.default.removeItem(at: folder)
    }
}
