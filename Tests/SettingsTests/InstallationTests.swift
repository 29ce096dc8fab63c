import Foundation
import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

/// A program that was unpacked with its models, or lies in its clone, finds them from any folder.
@Suite("What came with the program")
struct InstallationTests {
    private let work: ScratchFolder
    private let installation: ScratchFolder
    private let models: String
    private let key = ModelSettings().folder.key

    init() throws {
        work = try ScratchFolder()
        installation = try ScratchFolder()
        models = "\(installation.directory)/share/antenna-worker/models"
        try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    }

    private func resolve(flags: [String] = [], programFolder: String? = nil) throws -> ResolvedSettings {
        try work.resolve(flags: flags, programFolder: programFolder ?? "\(installation.directory)/bin")
    }

    @Test("are the models, where nobody names others")
    func beside() throws {
        let resolved = try resolve()
        #expect(resolved.settings.models.folder == models)
        #expect(resolved.origin(of: key) == .installation)
        #expect(resolved.mistakes.isEmpty)
    }

    @Test("are the clone's, where the program lies in it as it was built", arguments: [".build", ".build-release"])
    func clone(build: String) throws {
        let clone = try ScratchFolder()
        let programFolder = "\(clone.directory)/\(build)/x86_64-unknown-linux-gnu/release"
        #expect(try resolve(programFolder: programFolder).origin(of: key) == .default)
        try FileManager.default.createDirectory(atPath: "\(clone.directory)/models", withIntermediateDirectories: false)
        let resolved = try resolve(programFolder: programFolder)
        #expect(resolved.settings.models.folder == "\(clone.directory)/models")
        #expect(resolved.origin(of: key) == .installation)
    }

    @Test("gives way to what the user says, and to models in the working directory")
    func weakest() throws {
        #expect(try resolve(flags: ["--models", "/mine"]).settings.models.folder == "/mine")
        try work.write(#"{"inference": {"models": "/file"}}"#, to: "antenna-worker.json")
        #expect(try resolve().settings.models.folder == "/file")
        try FileManager.default.removeItem(atPath: "\(work.directory)/antenna-worker.json")

        try FileManager.default.createDirectory(
            atPath: "\(work.directory)/models",
            withIntermediateDirectories: false
        )
        #expect(try resolve().settings.models.folder == "models")
        #expect(try resolve().origin(of: key) == .default)
    }

    @Test("is nothing where the program came alone")
    func alone() throws {
        let resolved = try resolve(programFolder: "\(installation.directory)/share/antenna-worker/models")
        #expect(resolved.settings.models.folder == "models")
        #expect(resolved.origin(of: key) == .default)
    }
}
