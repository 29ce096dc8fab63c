import Foundation
import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

/// What lies in the working directory may be somebody else's, and could say where the token is sent.
@Suite("Settings' files in the working directory")
struct OwnFilesTests {
    private static let texts = [
        ".env": "AMI_ANTENNA_API_BASE_URL=https://elsewhere.example/api/v2",
        "antenna-worker.json": #"{"antenna": {"base_url": "https://elsewhere.example/api/v2"}}"#,
    ]
    private static let names = [".env", "antenna-worker.json"]
    private let fixture: ScratchFolder
    private let key = AntennaSettings().baseURL.key

    init() throws {
        fixture = try ScratchFolder()
    }

    /// Puts a file there; only root can give it away.
    private func put(_ name: String, mode: mode_t, owner: uid_t = geteuid()) throws -> String {
        try fixture.write(Self.texts[name] ?? "", to: name)
        let path = "\(fixture.directory)/\(name)"
        try #require(chmod(path, mode) == 0 && chown(path, owner, gid_t.max) == 0)
        return path
    }

    @Test("are taken when they are the user's own", arguments: names)
    func own(name: String) throws {
        let path = try put(name, mode: 0o644)
        let resolved = try fixture.resolve()
        #expect(resolved.mistakes.isEmpty)
        #expect(resolved.origin(of: key) != .default)
        #expect(resolved.files == [path])
    }

    @Test("are not taken when others may write them", arguments: names, [0o664, 0o646, 0o666] as [mode_t])
    func writable(name: String, mode: mode_t) throws {
        _ = try put(name, mode: mode)
        let resolved = try fixture.resolve()
        #expect(resolved.origin(of: key) == .default && resolved.files.isEmpty)
        #expect(resolved.mistakes.count == 1 && resolved.mistakes[0].reason.contains("chmod go-w"))
    }

    @Test("are not taken when they are somebody else's", .enabled(if: geteuid() == 0, "needs root"), arguments: names)
    func foreign(name: String) throws {
        _ = try put(name, mode: 0o600, owner: 12_345)
        let resolved = try fixture.resolve()
        #expect(resolved.origin(of: key) == .default && resolved.files.isEmpty)
        #expect(resolved.mistakes.count == 1 && resolved.mistakes[0].reason.contains("belongs to user 12345"))
    }

    @Test("that are no files are mistakes, and nobody waits for them", arguments: names)
    func noFile(name: String) throws {
        let path = "\(fixture.directory)/\(name)"
        try #require(mkfifo(path, 0o600) == 0)
        #expect(try fixture.resolve().mistakes.map(\.reason) == ["\(path) is no file"])
    }

    @Test("are taken as they are when they are named")
    func named() throws {
        let path = try put("antenna-worker.json", mode: 0o666)
        let resolved = try fixture.resolve(flags: ["--config", path])
        #expect(resolved.mistakes.isEmpty && resolved.files == [path])
    }
}
