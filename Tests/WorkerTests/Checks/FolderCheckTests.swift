import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("What check says of the spool")
struct FolderCheckTests {
    private let folder: URL

    init() throws {
        folder = try PackagePaths.scratch("spool")
    }

    private func finding(_ name: String, maximumBytes: Int = 1 << 20) throws -> CheckReport.Finding {
        let section = FolderCheck.section(spool: folder.appending(path: name).path, maximumBytes: maximumBytes)
        return try #require(section.findings.first)
    }

    @Test("it may hold what the disk has room for, and the look leaves nothing behind")
    func good() throws {
        #expect(try finding("spool").status == .good)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("it may hold more than is free: the room is named")
    func larger() throws {
        let found = try finding("spool", maximumBytes: 1 << 50)
        #expect(found.status == .note)
        #expect(found.detail.contains("are free on the disk of") && found.detail.contains("1024 TiB more"))
    }

    @Test("a folder that takes no file is said to be none, whatever its rights say")
    func writing() {
        #expect(DiskSpace.writingProblem(in: folder.path) == nil)
        #expect(DiskSpace.writingProblem(in: "/proc/self") != nil)
        #expect(DiskSpace.writingProblem(in: folder.appending(path: "none").path) != nil)
    }
}
