import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("What systemd is told", .timeLimit(.minutes(5)))
struct SystemdNotifierTests {
    private let folder: URL

    init() throws {
        folder = try PackagePaths.scratch("notify")
    }

    private func notifier(_ path: String) -> SystemdNotifier {
        SystemdNotifier(environment: ["NOTIFY_SOCKET": path])
    }

    @Test("a message is a datagram of its own, to a path and to a name that is in no folder")
    func messages() throws {
        for path in [folder.appending(path: "notify").path, "@antenna-worker-\(UUID().uuidString)"] {
            let socket = try DatagramSocket(path)
            let notifier = notifier(path)
            notifier.ready()
            notifier.alive()
            notifier.stopping()
            #expect(socket.takeAll() == ["READY=1", "WATCHDOG=1", "STOPPING=1"], "\(path)")
        }
    }

    @Test("a path as long as the system takes is reached; one that is longer is let be")
    func longPaths() throws {
        let room = 107 - folder.path.utf8.count - 1
        try #require(room > 0)
        let longest = folder.appending(path: String(repeating: "a", count: room)).path
        let socket = try DatagramSocket(longest)
        notifier(longest).ready()
        #expect(socket.takeAll() == ["READY=1"])
        notifier(longest + "a").ready()
        notifier("@" + String(repeating: "a", count: 10_000)).ready()
        #expect(socket.takeAll() == [])
    }

    @Test("without a socket, without anybody at it, and with one that is no socket, nothing happens")
    func nobody() throws {
        let file = folder.appending(path: "file")
        try Data().write(to: file)
        for environment in [
            [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": folder.appending(path: "none").path],
            ["NOTIFY_SOCKET": file.path], ["NOTIFY_SOCKET": "@"],
        ] {
            SystemdNotifier(environment: environment).ready()
        }
        #expect(try Data(contentsOf: file).isEmpty)
    }

    @Test("a reader that has stopped reading holds nobody up")
    func full() throws {
        let path = folder.appending(path: "full").path
        let socket = try DatagramSocket(path)
        let notifier = notifier(path)
        // More than any queue holds.
        for _ in 0..<100_000 { notifier.alive() }
        #expect((1..<100_000).contains(socket.takeAll().count))
    }

    @Test("signs of life come twice as often as systemd wants them, and not when it waits for somebody else's")
    func watchdog() {
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        let interval = { (environment: [String: String]) in SystemdNotifier(environment: environment).watchdogInterval }
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(15))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": own]) == .seconds(15))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(interval(["WATCHDOG_PID": own]) == nil)
        for nonsense in ["", "0", "-5", "soon"] {
            #expect(interval(["WATCHDOG_USEC": nonsense]) == nil, "\(nonsense)")
        }
    }
}
