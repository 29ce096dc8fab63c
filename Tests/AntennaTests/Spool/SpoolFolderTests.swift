import Foundation
import TestSupport
import Testing

@testable import Antenna

@Suite("The folders of a spool, and who owns them")
struct SpoolFolderTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    private func entry(_ task: Int) -> [UInt8] {
        SpoolEntry(server: "http://antenna.test", result: outgoing(task)).encoded()
    }

    /// What a worker that is gone has left: its lock is nobody's.
    private func leave(_ files: [String: [UInt8]], in name: String) throws {
        let path = "\(folder.path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for (file, bytes) in files {
            try Data(bytes).write(to: URL(filePath: "\(path)/\(file)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/\(file)")
        }
    }

    private func adopt(into folder: SpoolFolder) throws -> [SpoolFolder.Found] {
        var number: UInt64 = 0
        return try folder.adoptOrphans(logger: log.logger) {
            number += 1
            return number
        }
    }

    @Test("Names of entries sort as their numbers do, also beyond any that will ever be reached")
    func names() throws {
        let own = try SpoolFolder(root: folder.path)
        let numbers: [UInt64] = [0, 1, 9, 10, 99, 1 << 40, .max]
        let names = numbers.map(own.name)
        #expect(names == names.sorted() && Set(names.map(\.count)) == [20 + SpoolFolder.suffix.count])
        #expect(own.path(7) == "\(own.own)/00000000000000000007.result")
    }

    @Test("What a dead worker has left is taken over in its order, and its folder goes")
    func orphans() throws {
        let own = try SpoolFolder(root: folder.path)
        try leave(
            [
                "lock": [], "00000000000000000012.result": entry(3), "00000000000000000002.result": entry(1),
                "00000000000000000003.result": entry(2),
            ],
            in: "worker-dead"
        )
        let found = try adopt(into: own)
        #expect(found.map(\.description.taskID) == ["1", "2", "3"] && found.map(\.number) == [1, 2, 3])
        #expect(found.allSatisfy { FileManager.default.fileExists(atPath: own.path($0.number)) })
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/worker-dead"))
        #expect(try own.read(2, logger: log.logger)?.taskID == "2")
        #expect(try adopt(into: own).isEmpty)
    }

    @Test("A worker that lives keeps what is its own, until it has let go of its lock")
    func living() async throws {
        let own = try SpoolFolder(root: folder.path)
        try {
            let other = try SpoolFolder(root: folder.path)
            try leave([other.name(1): entry(1)], in: String(other.own.split(separator: "/").last ?? ""))
            #expect(try adopt(into: own).isEmpty)
            withExtendedLifetime(other) {}
        }()
        try await untilReleased(folder, held: 1)
        #expect(try adopt(into: own).map(\.description.taskID) == ["1"])
    }

    @Test(
        "What is no entry is set aside and named, what was never finished is removed, and the entries beside are taken over"
    )
    func damaged() throws {
        let own = try SpoolFolder(root: folder.path)
        try leave(
            [
                "lock": [], "00000000000000000001.result": Array("no entry".utf8), "notes.txt": [1],
                "00000000000000000002.result": entry(2), "\(SpoolFiles.temporaryPrefix)x": [1, 2, 3],
            ],
            in: "worker-dead"
        )
        #expect(try adopt(into: own).map(\.description.taskID) == ["2"])
        #expect(try own.aside().entries == 2)
        #expect(log.warnings.count == 2)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/worker-dead"))
    }

    @Test("A folder that others may write to is left alone, and the one beside it is taken over")
    func untrusted() throws {
        let own = try SpoolFolder(root: folder.path)
        try leave(["lock": [], "00000000000000000001.result": entry(1)], in: "worker-a")
        try leave(["lock": [], "00000000000000000001.result": entry(2)], in: "worker-b")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777],
            ofItemAtPath: "\(folder.path)/worker-a"
        )
        #expect(try adopt(into: own).map(\.description.taskID) == ["2"])
        #expect(log.warnings.contains { $0.contains("could not be taken over") })
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/worker-a/00000000000000000001.result"))
    }
}
