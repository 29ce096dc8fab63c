import Concurrency
import Foundation
import Logging
import Synchronization
import Telemetry
import TestSupport
import Transport
import WorkerTestSupport

@testable import Antenna
@testable import Pipeline

/// A server that answers as the test says, and remembers what it was asked.
final class ScriptedServer: HTTPExecuting {
    typealias Handler = @Sendable (AntennaRequest) async throws(TransportError) -> AntennaAnswer

    private let handler: Handler
    private let log = Mutex<[AntennaRequest]>([])

    init(_ handler: @escaping Handler) {
        self.handler = handler
    }

    var requests: [AntennaRequest] { log.withLock { $0 } }
    /// `POST /jobs/1/result/` and so on, without the base.
    var calls: [String] { requests.map(\.call) }

    func answer(to request: AntennaRequest) async throws(TransportError) -> AntennaAnswer {
        log.withLock { $0.append(request) }
        return try await handler(request)
    }
}

extension AntennaRequest {
    /// The method and the path with its query, without the base.
    var call: String { "\(method.rawValue) \(url.replacing("http://antenna.test/api/v2", with: ""))" }

    var isResult: Bool { url.hasSuffix("/result/") }
    var isTasks: Bool { url.contains("/tasks") }
    var isJobs: Bool { url.contains("/jobs/?") }

    /// The number after `/jobs/`.
    var jobID: Int { Int(url.split(separator: "/jobs/").last?.prefix { $0.isNumber } ?? "") ?? 0 }

    /// The body's `results[].reply_subject`, or those of a bare list.
    var subjects: [String] {
        let json = body.flatMap { try? JSONSerialization.jsonObject(with: Data($0)) }
        let list = (json as? [String: Any])?["results"] as? [[String: Any]] ?? json as? [[String: Any]] ?? []
        return list.compactMap { $0["reply_subject"] as? String }
    }

    var batchSize: Int {
        let json = body.flatMap { try? JSONSerialization.jsonObject(with: Data($0)) } as? [String: Any]
        return json?["batch_size"] as? Int ?? 0
    }
}

extension AntennaAnswer {
    static func json(_ text: String, status: Int = 200) -> AntennaAnswer {
        AntennaAnswer(status: status, body: Array(text.utf8))
    }

    static func jobs(_ ids: Int..., pipeline: String = "moths") -> AntennaAnswer {
        let list = ids.map { #"{"id":\#($0),"pipeline_slug":"\#(pipeline)"}"# }.joined(separator: ",")
        return .json(#"{"count":\#(ids.count),"next":null,"previous":null,"results":[\#(list)]}"#)
    }

    static func tasks(_ ids: some Sequence<Int>, job: Int = 1, delivery: Int = 1) -> AntennaAnswer {
        let list = ids.map {
            #"{"id":"\#($0)","image_id":"\#($0)","image_url":"http://images.test/\#($0).jpg","#
                + #""reply_subject":"ack.\#(job).\#($0).\#(delivery)"}"#
        }
        return .json(#"{"tasks":[\#(list.joined(separator: ","))]}"#)
    }

    static let taken = AntennaAnswer.json(#"{"status":"accepted","results_queued":1,"tasks":[]}"#)
    static let noTasks = AntennaAnswer.json(#"{"tasks":[]}"#)
}

extension TransportError {
    static let connectionLost = TransportError(.closed, operation: "http.post", message: "the connection was closed")
}

let testToken = "s3cr3t-t0ken"
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func makeClient(_ server: ScriptedServer, dialect: AntennaDialectChoice = .auto) throws -> AntennaClient {
    var settings = RESTSourceSettings.usual
    settings.clientInfo = AntennaClientInfo(hostname: "trap-1", version: "0.1")
    settings.dialect = dialect
    return try settings.makeClient(http: server)
}

extension RESTSourceSettings {
    /// Those of a worker for moths.
    static var usual: RESTSourceSettings {
        var settings = RESTSourceSettings(baseURL: "http://antenna.test")
        settings.serviceName = "Moth service"
        settings.pipelines = ["moths"]
        settings.authToken = testToken
        return settings
    }
}

/// A source for a scripted server, and the poster behind it.
func restSource(
    _ server: ScriptedServer,
    _ folder: TemporaryFolder,
    clock: some Clock<Duration>,
    memory: PostedResults? = nil,
    pauseSwitch: PauseSwitch = PauseSwitch(),
    logger: Logger = quiet,
    change: (inout RESTSourceSettings) -> Void
) async throws -> RESTTaskSource {
    var settings = RESTSourceSettings.usual
    change(&settings)
    let client = try settings.makeClient(http: server)
    let poster = ResultPoster(
        client: client,
        spool: try await openSpool(folder),
        memory: memory,
        settings: settings.posterSettings,
        clock: WaitClock(clock),
        generator: SeededGenerator(seed: 5),
        logger: quiet
    )
    return RESTTaskSource(
        settings: settings,
        client: client,
        poster: poster,
        pauseSwitch: pauseSwitch,
        clock: WaitClock(clock),
        generator: SeededGenerator(seed: 4),
        logger: logger
    )
}

func outgoing(_ id: Int, job: Int = 1, json: String = #"{"detections":[]}"#) -> OutgoingResult {
    OutgoingResult(jobID: job, replySubject: "ack.\(job).\(id).1", taskID: "\(id)", json: Array(json.utf8))
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "spool-test-\(UUID().uuidString)"

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func files(_ folder: String = "") -> [String] {
        let found = FileManager.default.enumerator(atPath: "\(path)/\(folder)")?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".result") }.sorted()
    }
}

/// Waits until no more than so many spools hold their folders: one that has ended may do so for a moment, by a thread that is about to let
/// go of it, or by a child that another test is just starting.
func untilReleased(_ folder: TemporaryFolder, held: Int = 0) async throws {
    try await eventually {
        let workers = try SpoolFiles.names(in: folder.path).filter { $0.hasPrefix("worker-") }
        let isHeld = try workers.map { name in
            let path = "\(folder.path)/\(name)/lock"
            return try !SpoolFiles.lockFile(path, operation: "test").lock(waits: false, path: path)
        }
        return isHeld.count { $0 } <= held
    }
}

func openSpool(
    _ folder: TemporaryFolder,
    server: String = "http://antenna.test",
    maximumBytes: Int = 1 << 20,
    maximumEntries: Int = 1000
) async throws -> Spool {
    try await Spool.open(
        directory: folder.path,
        address: AntennaAddress(server),
        maximumBytes: maximumBytes,
        maximumEntries: maximumEntries,
        logger: quiet
    )
}
