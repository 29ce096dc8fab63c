import Foundation
package import JSON
import Synchronization

/// A headless Chromium of the test's own, steered over a pair of pipes; it reaches 127.0.0.1 and files, and nothing else.
package final class Chromium: Sendable {
    private struct State {
        var nextID = 1
        var waiting: [Int: CheckedContinuation<JSONValue, any Error>] = [:]
        /// What happened in each page, the latest last.
        var events: [String: [JSONValue]] = [:]
        var isClosed = false
    }

    /// Where it is; on Ubuntu the package of that name is a snap, which does not run in a container.
    private static let path = ProcessInfo.processInfo.environment["ANTENNA_TEST_CHROMIUM"] ?? "/usr/bin/chromium"
    /// Whether it is here.
    package static let isHere = FileManager.default.isExecutableFile(atPath: path)

    private let child: ChildProcess
    private let scratch: URL
    private let toBrowser: Int32
    private let fromBrowser: Int32
    private let state = Mutex(State())

    /// Starts it and waits until it answers.
    ///
    /// - Throws: What the system says when it cannot be started; `CancellationError` when it does not answer in time.
    package init() async throws {
        let scratch = try PackagePaths.scratch("chromium")
        self.scratch = scratch
        let (input, output) = (try NamedPipe(in: scratch), try NamedPipe(in: scratch))
        // Open at both ends here, so that opening waits for nobody; of the other the end is heard of when the browser closes it.
        toBrowser = open(input.path, O_RDWR | O_CLOEXEC)
        fromBrowser = open(output.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard toBrowser >= 0, fromBrowser >= 0 else { throw POSIXError.last }
        child = try ChildProcess(
            executable: "/bin/sh",
            // It reads from descriptor 3 and writes to descriptor 4.
            arguments: [
                "-c", #"input=$1 output=$2; shift 2; exec "$@" 3<"$input" 4>"$output""#, "sh", input.path, output.path,
            ]
                + [Self.path] + Self.arguments(profile: scratch.appending(path: "profile").path),
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": scratch.path, "TMPDIR": scratch.path, "LANG": "C.UTF-8", "TZ": "UTC",
            ],
            output: scratch.appending(path: "chromium.log"),
            scratch: scratch
        )
        Thread { [weak self, fromBrowser] in Self.read(fromBrowser) { self?.take($0) ?? () } }.start()
        _ = try await call("Browser.getVersion")
    }

    private static func arguments(profile: String) -> [String] {
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-features=Translate,MediaRouter,OptimizationHints", "--no-default-browser-check",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir=\(profile)",
            "--remote-debugging-pipe", "about:blank",
        ]
    }

    /// Ends it and removes what it wrote.
    package func stop() async throws {
        child.send(signal: SIGKILL)
        await child.waitForExit()
        try child.release()
        // Its helpers end with it, and may write until then.
        try await eventually { (try? FileManager.default.removeItem(at: scratch)) != nil }
        close(toBrowser)
    }

    /// Has it do something.
    ///
    /// - Parameters:
    ///   - method: Of the DevTools protocol.
    ///   - parameters: What it takes.
    ///   - session: The page; nil for the browser itself.
    /// - Returns: The result.
    /// - Throws: ``TestEnvironmentError`` with what it says, or when it has ended.
    @discardableResult
    package func call(
        _ method: String,
        _ parameters: JSONObject = [:],
        session: String? = nil
    ) async throws -> JSONValue {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        var message: JSONObject = ["id": JSONValue(id), "method": .string(method), "params": .object(parameters)]
        message["sessionId"] = session.map(JSONValue.string)
        let bytes = JSONValue.object(message).encoded() + [0]
        let answer = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isClosed, !Task.isCancelled { state.waiting[id] = continuation }
                    return state.waiting[id] != nil
                }
                guard isOpen else { return continuation.resume(throwing: CancellationError()) }
                if write(toBrowser, bytes, bytes.count) != bytes.count { give(up: id) }
            }
        } onCancel: {
            give(up: id)
        }
        if let error = answer["error"] {
            throw TestEnvironmentError("\(method): \(error["message"]?.string ?? "no reason")")
        }
        return answer["result"] ?? .null
    }

    /// What has happened in a page, the oldest first.
    func events(of session: String) -> [JSONValue] { state.withLock { $0.events[session] ?? [] } }

    private func give(up id: Int) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }

    private func take(_ message: JSONValue?) {
        guard let message else {
            let waiting = state.withLock { state in
                state.isClosed = true
                defer { state.waiting = [:] }
                return state.waiting.values
            }
            for each in waiting { each.resume(throwing: TestEnvironmentError("Chromium has ended.")) }
            return
        }
        if let id = message["id"]?.int {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: message)
        } else if let session = message["sessionId"]?.string {
            state.withLock { $0.events[session, default: []].append(message) }
        }
    }

    /// Reads messages, each of which ends in a zero, until the other end is closed; then nil is given.
    private static func read(_ descriptor: Int32, _ give: (JSONValue?) -> Void) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 1_000) > 0 else { continue }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { break }
            rest += buffer[..<count]
            while let end = rest.firstIndex(of: 0) {
                if let message = try? JSONValue(parsing: Array(rest[..<end])) { give(message) }
                rest.removeSubrange(...end)
            }
        }
        give(nil)
        close(descriptor)
    }
}
