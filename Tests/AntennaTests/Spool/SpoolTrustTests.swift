import Foundation
import Telemetry
import Testing

@testable import Antenna

/// What lies in the spool is sent with the API token, and other users and programs may reach its folder.
@Suite(.timeLimit(.minutes(5)))
struct SpoolTrustTests {
    private let folder = TemporaryFolder()

    /// The folder of a worker that ended, with one good entry in it.
    private func endedWorker() async throws -> String {
        do {
            let spool = try await openSpool(folder)
            try await spool.add(outgoing(1))
        }
        try await untilReleased(folder)
        let entry = try #require(folder.files().first)
        return "\(folder.path)/\(entry.split(separator: "/").dropLast().joined(separator: "/"))"
    }

    @Test("a folder below two thousand that are not there yet is made, whatever the stack")
    func deepFolder() async throws {
        let path = folder.path + String(repeating: "/a", count: (4_000 - folder.path.utf8.count) / 2)
        // As small a stack as the threads of Swift's pool may have.
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            let thread = Thread { done.resume(with: Result { try SpoolFiles.makeFolder(path) }) }
            thread.stackSize = 256 << 10
            thread.start()
        }
        #expect(FileManager.default.fileExists(atPath: path))
    }

    private func entry(_ id: Int, json: String = "{}") throws -> Data {
        Data(SpoolEntry(server: "http://antenna.test/api/v2", result: outgoing(id, json: json)).encoded())
    }

    private func write(_ data: Data, to path: String, mode: Int = 0o600) throws {
        try data.write(to: URL(filePath: path))
        try setMode(mode, path)
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try #require(chmod(path, mode_t(mode)) == 0)
    }

    private func readAll(_ spool: Spool) async throws -> [OutgoingResult] {
        var results: [OutgoingResult] = []
        for id in spool.oldest(1000) {
            if let result = try await spool.read(id) { results.append(result) }
        }
        return results
    }

    @Test("Whatever is named like an entry and is no file of ours is set aside, and holds nobody up")
    func strangeFiles() async throws {
        let worker = try await endedWorker()
        let outside = NSTemporaryDirectory() + "spool-outside-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try write(try entry(90), to: outside)
        #expect(mkfifo("\(worker)/00000000000000000002.result", 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: "\(worker)/00000000000000000003.result",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try FileManager.default.createSymbolicLink(
            atPath: "\(worker)/00000000000000000004.result",
            withDestinationPath: outside
        )
        try FileManager.default.linkItem(atPath: outside, toPath: "\(worker)/00000000000000000005.result")
        for (number, mode) in [(6, 0o644), (7, 0o660), (8, 0o602), (9, 0o4600)] {
            try write(try entry(90 + number), to: "\(worker)/0000000000000000000\(number).result", mode: mode)
        }
        try bindSocket("\(worker)/00000000000000000010.result")
        #expect(mkfifo("\(worker)/.tmp-00000000000000000011.result", 0o600) == 0)
        let spool = try await openSpool(folder)
        #expect(try await readAll(spool) == [outgoing(1)])
        #expect(try SpoolFiles.names(in: "\(folder.path)/damaged").count == 9)
        #expect(FileManager.default.fileExists(atPath: outside), "what a link names stays where it is")
    }

    @Test("A name that is no text keeps nobody from the entries behind it")
    func unreadableName() async throws {
        let worker = try await endedWorker()
        let path = Array("\(worker)/\u{1}".utf8) + [0xFF] + Array(".result".utf8CString.map { UInt8(bitPattern: $0) })
        let file = path.withUnsafeBytes { open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT, 0o600) }
        try #require(file >= 0)
        close(file)
        let spool = try await openSpool(folder)
        #expect(try await readAll(spool) == [outgoing(1)])
    }

    @Test("A pipe or a link in place of a lock is not opened, and its folder not taken over", arguments: [true, false])
    func strangeLocks(isPipe: Bool) async throws {
        let worker = try await endedWorker()
        let outside = NSTemporaryDirectory() + "spool-outside-\(UUID().uuidString)"
        try FileManager.default.removeItem(atPath: "\(worker)/lock")
        if isPipe {
            #expect(mkfifo("\(worker)/lock", 0o600) == 0)
        } else {
            try FileManager.default.createSymbolicLink(atPath: "\(worker)/lock", withDestinationPath: outside)
        }
        #expect(try await openSpool(folder).count == 0)
        #expect(!FileManager.default.fileExists(atPath: outside), "nothing is made through a link")
    }

    @Test(
        "A worker's folder that others could write to, or look into, is not taken over",
        arguments: [0o777, 0o770, 0o755]
    )
    func foldersOfOtherModes(mode: Int) async throws {
        let worker = try await endedWorker()
        try setMode(mode, worker)
        let spool = try await openSpool(folder)
        #expect(spool.count == 0)
        #expect(folder.files().count == 1, "what lies there stays")
        try setMode(0o700, worker)
        #expect(try await readAll(try await openSpool(folder)) == [outgoing(1)])
    }

    @Test("A worker's folder that is a link to another is not taken over")
    func linkedFolder() async throws {
        let elsewhere = TemporaryFolder()
        do {
            let spool = try await openSpool(elsewhere)
            try await spool.add(outgoing(1))
        }
        let name = try #require(elsewhere.files().first?.split(separator: "/").first)
        _ = try await openSpool(folder)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/worker-0",
            withDestinationPath: "\(elsewhere.path)/\(name)"
        )
        #expect(try await openSpool(folder).count == 0)
        #expect(elsewhere.files().count == 1)
    }

    @Test(
        "A spool that others can write to is refused",
        arguments: ["", "/refused", "/damaged"],
        [0o777, 0o1777, 0o720]
    )
    func sharedSpool(part: String, mode: Int) async throws {
        _ = try await openSpool(folder)
        try setMode(mode, folder.path + part)
        await #expect { try await openSpool(folder) } throws: { ($0 as? SpoolError)?.code == .untrusted }
        #expect(Spool.mistrust(of: folder.path)?.contains(folder.path + part) == true)
        try setMode(0o700, folder.path + part)
        #expect(Spool.mistrust(of: folder.path) == nil)
        _ = try await openSpool(folder)
    }

    @Test("A folder that an operator made, readable by others, is taken; what is made in it is not")
    func operatorsFolder() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
        let spool = try await openSpool(folder)
        try await spool.add(outgoing(1))
        for path in ["refused", "damaged"] + folder.files() {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(path)")
            #expect(attributes[.posixPermissions] as? Int == (path.hasSuffix(".result") ? 0o600 : 0o700))
        }
    }

    @Test("Other users' folders and files are refused", .enabled(if: geteuid() == 0))
    func otherUsers() async throws {
        let worker = try await endedWorker()
        func give(_ path: String, to user: UInt32) { #expect(chown(path, user, gid_t.max) == 0) }
        let file = "\(worker)/00000000000000000002.result"
        try write(try entry(2), to: file)
        give(file, to: 65_534)
        #expect(try await readAll(try await openSpool(folder)) == [outgoing(1)])
        give("\(folder.path)/refused", to: 65_534)
        await #expect { try await openSpool(folder) } throws: { ($0 as? SpoolError)?.code == .untrusted }
        give("\(folder.path)/refused", to: geteuid())
        give(folder.path, to: 65_534)
        await #expect { try await openSpool(folder) } throws: { ($0 as? SpoolError)?.code == .untrusted }
    }

    @Test(
        "An entry whose result is no JSON object is set aside, whatever its checksum says",
        arguments: [
            #"{}}],"evil":{"a":[{"b":1}"#, "", "null", "[]", "{", #"{"a":1},{"b":2}"#, "{\"a\":1}\u{0}",
            "{\"a\":\"\u{1}\"}",
            #"{"a":01}"#, String(repeating: "[", count: 100_000),
        ]
    )
    func forgedEntries(json: String) async throws {
        let worker = try await endedWorker()
        try write(try entry(2, json: json), to: "\(worker)/00000000000000000002.result")
        let spool = try await openSpool(folder)
        #expect(spool.count == 2)
        #expect(try await readAll(spool) == [outgoing(1)])
        #expect(spool.count == 1)
        #expect(try SpoolFiles.names(in: "\(folder.path)/damaged").count == 1)
    }

    @Test("What is written goes to a new file, through no link that waits there")
    func newFilesOnly() async throws {
        let spool = try await openSpool(folder)
        let worker = try #require(try SpoolFiles.names(in: folder.path).first { $0.hasPrefix("worker-") })
        let outside = NSTemporaryDirectory() + "spool-outside-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try write(Data("mine".utf8), to: outside)
        let name = "00000000000000000001.result"
        for path in ["\(folder.path)/\(worker)/.tmp-\(name)", "\(folder.path)/\(worker)/\(name)"] {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: outside)
        }
        await #expect(throws: SpoolError.self) { try await spool.add(outgoing(1)) }
        try await spool.add(outgoing(1))
        #expect(try await readAll(spool) == [outgoing(1)])
        #expect(try String(contentsOfFile: outside, encoding: .utf8) == "mine")
    }

    private func bindSocket(_ path: String) throws {
        // SOCK_STREAM, which C declares as another type on each system.
        let descriptor = socket(AF_UNIX, 1, 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }
}

/// What was set aside takes room as what waits does.
@Suite struct SpoolAsideTests {
    private let folder = TemporaryFolder()
    private let reason = AntennaError(.refused, operation: "result.post", message: "no", nativeCode: 400)

    private func isFull(_ error: any Error) -> Bool { (error as? SpoolError)?.code == .full }

    @Test func refusedResultsAreBoundedAndLeaveRoomForThoseThatWait() async throws {
        let spool = try await openSpool(folder, maximumEntries: 8)
        for id in 1...4 { try await spool.setAside(outgoing(id), because: reason) }
        await #expect { try await spool.setAside(outgoing(5), because: reason) } throws: { isFull($0) }
        #expect(!spool.isFull)
    }

    @Test func whatWasSetAsideByAnEarlierRunCountsUntilItIsRemoved() async throws {
        do {
            let spool = try await openSpool(folder)
            for id in 1...3 { try await spool.setAside(outgoing(id), because: reason) }
        }
        let spool = try await openSpool(folder, maximumEntries: 3)
        #expect(spool.isFull && spool.count == 0)
        await #expect { try await spool.add(outgoing(4)) } throws: { isFull($0) }
        for name in try SpoolFiles.names(in: "\(folder.path)/refused") {
            try FileManager.default.removeItem(atPath: "\(folder.path)/refused/\(name)")
        }
        try await spool.add(outgoing(4))
        #expect(spool.count == 1 && !spool.isFull)
    }

    @Test func bytesOfWhatWasSetAsideCount() async throws {
        _ = try await openSpool(folder)
        try Data(count: 2000).write(to: URL(filePath: "\(folder.path)/damaged/x"))
        let spool = try await openSpool(folder, maximumBytes: 2000)
        #expect(spool.isFull)
        await #expect { try await spool.add(outgoing(1)) } throws: { isFull($0) }
        await #expect { try await spool.setAside(outgoing(1), because: reason) } throws: { isFull($0) }
    }

    @Test("Files with holes, of sizes whose sum would overflow, fill the spool and nothing worse")
    func holes() async throws {
        _ = try await openSpool(folder)
        for name in ["a", "b", "c"] {
            let path = "\(folder.path)/damaged/\(name)"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // As large as the file system takes.
            for bits in stride(from: 62, to: 30, by: -1) where truncate(path, off_t(1) << bits) == 0 { break }
        }
        let spool = try await openSpool(folder)
        #expect(spool.isFull)
        await #expect { try await spool.add(outgoing(1)) } throws: { isFull($0) }
    }

    @Test func aWaitingResultThatIsRefusedTakesTheRoomItHad() async throws {
        let spool = try await openSpool(folder, maximumEntries: 4)
        for id in 1...4 { try await spool.add(outgoing(id)) }
        for id in spool.oldest(4) { try await spool.refuse(id, because: reason) }
        #expect(spool.count == 0 && spool.isFull && spool.bytes == 0)
    }
}
