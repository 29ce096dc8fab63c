import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("The watchdog", .timeLimit(.minutes(5)))
struct WatchdogTests {
    /// What was done, in order.
    private final class Deeds: Sendable {
        private let all = Mutex<[String]>([])
        var list: [String] { all.withLock { $0 } }
        func note(_ deed: String) { all.withLock { $0.append(deed) } }
    }

    private let role = PretendedRole()
    private let deeds = Deeds()

    private func makeWatchdog(_ notifier: SystemdNotifier = SystemdNotifier(environment: [:])) -> Watchdog {
        Watchdog(
            poolLimit: nil,
            notifier: notifier,
            actions: Watchdog.Actions(
                parts: { [role] in [StallDetector.Part(name: "image", limit: .seconds(60), reading: role.reading)] },
                tick: {},
                stalled: { [deeds] in deeds.note("stalled \($0.duration)") },
                end: { [deeds] in deeds.note("end \($0.duration)") }
            )
        )
    }

    private func look(_ watchdog: Watchdog, _ seconds: ClosedRange<Int>) {
        for second in seconds { watchdog.look(at: .seconds(second)) }
    }

    @Test("a stall is told once, health says it at once, and five seconds later the process ends")
    func end() {
        let watchdog = makeWatchdog()
        role.reading = .init(held: 2, passed: 5)
        look(watchdog, 0...59)
        #expect(watchdog.stall == nil && deeds.list == [])
        look(watchdog, 60...64)
        #expect(watchdog.stall == .init(part: "image", duration: .seconds(64)))
        #expect(deeds.list == ["stalled 60.0 seconds"])
        look(watchdog, 65...65)
        #expect(deeds.list == ["stalled 60.0 seconds", "end 65.0 seconds"])
    }

    @Test("a part that moves after all is let live, and told again the next time")
    func recovers() {
        let watchdog = makeWatchdog()
        role.reading = .init(held: 2, passed: 5)
        look(watchdog, 0...64)
        role.reading = .init(held: 2, passed: 6)
        look(watchdog, 65...124)
        #expect(watchdog.stall == nil && watchdog.stalls["image"] == .seconds(59))
        look(watchdog, 125...129)
        #expect(deeds.list == ["stalled 60.0 seconds", "stalled 60.0 seconds"])
        look(watchdog, 130...130)
        #expect(deeds.list.last == "end 65.0 seconds")
    }

    @Test("looks that follow each other quickly shorten neither the limit nor the delay of the end")
    func quickLooks() {
        let watchdog = makeWatchdog()
        role.reading = .init(held: 1, passed: 0)
        for tenth in 0..<650 { watchdog.look(at: .milliseconds(tenth * 100)) }
        #expect(deeds.list == ["stalled 60.0 seconds"])
        watchdog.look(at: .seconds(65))
        #expect(deeds.list.count == 2)
    }

    @Test("systemd hears as often as it wants to while all is well, and nothing any more while something is stuck")
    func signsOfLife() throws {
        let path = "@antenna-worker-\(UUID().uuidString)"
        let socket = try DatagramSocket(path)
        let environment = ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "6000000"]
        let watchdog = makeWatchdog(SystemdNotifier(environment: environment))
        look(watchdog, 0...9)
        #expect(socket.takeAll() == Array(repeating: "WATCHDOG=1", count: 4))
        role.reading = .init(held: 1, passed: 0)
        look(watchdog, 10...68)
        #expect(!socket.takeAll().isEmpty)
        look(watchdog, 70...100)
        #expect(socket.takeAll() == [])
    }

    @Test("a thread of its own looks until it is told to stop")
    func thread() async {
        let looks = AsyncStream.makeStream(of: Void.self)
        let watchdog = Watchdog(
            poolLimit: nil,
            notifier: SystemdNotifier(environment: ["WATCHDOG_USEC": "2000"]),
            actions: Watchdog.Actions(
                parts: { [] },
                tick: { looks.continuation.yield() },
                stalled: { _ in },
                end: { _ in }
            )
        )
        watchdog.start()
        var iterator = looks.stream.makeAsyncIterator()
        for _ in 0..<3 { await iterator.next() }
        watchdog.stop()
        #expect(watchdog.stalls["runtime"] != nil && watchdog.stall == nil)
    }
}
