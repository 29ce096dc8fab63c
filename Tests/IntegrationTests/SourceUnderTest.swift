import Antenna
import Broker
import Concurrency
import Foundation
import LocalAntenna
import Logging
import Pipeline
import Synchronization
import TestSupport
import Transport
import WorkerTestSupport

/// A source of tasks, with what is behind it: an Antenna, a broker, or files.
struct SourceUnderTest: Sendable {
    enum Kind: String, CaseIterable {
        case rest
        case amqp
        case fallbackOnBroker
        case fallbackOnREST
        case files

        /// Those whose tasks come again when they are given back; a file's becomes an error.
        static let redelivering = allCases.filter { $0 != .files }
    }

    let source: any TaskSource
    /// What lies between the source and its server, to be cut; files have none.
    let link: TCPProxy?
    /// The images of the tasks that have an answer, one for each answer.
    let answered: @Sendable () async throws -> [String]
    /// What runs beside the source.
    fileprivate let beside: @Sendable () async -> Void
    fileprivate let close: @Sendable () async throws -> Void

    /// Makes a source with so many tasks, and ends what is behind it afterwards.
    ///
    /// The body runs the source; whatever it does, `run()` has returned when it ends. An Antenna hands out again what was not answered within
    /// `lease`: short where a test waits for that, and else longer than any machine stands still.
    static func with(
        _ kind: Kind,
        tasks count: Int,
        lease: Duration = .seconds(300),
        logger: Logger = .quiet,
        body: (SourceUnderTest) async throws -> Void
    ) async throws {
        let subject =
            switch kind {
            case .rest: try await rest(count, lease, logger)
            case .amqp: try await amqp(count, logger)
            case .fallbackOnBroker: try await fallbackOnBroker(count, logger)
            case .fallbackOnREST: try await fallbackOnREST(count, lease, logger)
            case .files: files(count, logger)
            }
        let beside = Task { await subject.beside() }
        do {
            try await body(subject)
        } catch {
            beside.cancel()
            try? await subject.close()
            throw error
        }
        beside.cancel()
        try await subject.close()
    }

    /// An answer that every kind of server takes.
    static func answer(to task: ImageTask) -> Settlement { .completed(.error("Seen.", for: task)) }

    /// Runs the source until `body` has ended, then drains it.
    func running(_ body: () async throws -> Void) async throws {
        let running = Task { [source] in try await source.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        source.drain()
        try await running.value
    }
}

extension SourceUnderTest {
    private static func rest(_ count: Int, _ lease: Duration, _ logger: Logger) async throws -> SourceUnderTest {
        var configuration = LocalAntennaConfiguration()
        configuration.lease = lease
        configuration.maxDeliver = 100
        configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(1), count: count)]
        let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet)
        let port = try await antenna.start()
        let link = try TCPProxy(to: port)
        var settings = RESTSourceSettings(
            baseURL: antenna.baseURL.replacing(":\(port)/", with: ":\(link.port)/")
        )
        settings.pipelines = ["demo"]
        settings.minimumIdleDelay = .milliseconds(20)
        settings.maximumIdleDelay = .milliseconds(200)
        settings.lease = .seconds(60)
        settings.spoolDirectory = try PackagePaths.scratch("spool").path
        let client = try settings.makeClient(http: AntennaHTTP(client: try HTTPClient()))
        let spool = try await Spool.open(
            directory: settings.spoolDirectory,
            address: client.address,
            maximumBytes: settings.spoolMaximumBytes,
            maximumEntries: settings.spoolMaximumEntries,
            logger: .quiet
        )
        let poster = ResultPoster(client: client, spool: spool, settings: settings.posterSettings, logger: .quiet)
        return SourceUnderTest(
            source: RESTTaskSource(settings: settings, client: client, poster: poster, logger: logger),
            link: link,
            answered: {
                let counts = antenna.counts()
                let saved = antenna.records().filter { $0.saved != nil }.map { "\($0.imageID)" }
                return saved + Array(repeating: "again", count: counts.identicalDuplicates)
            },
            beside: { await poster.run() },
            close: {
                try await spool.close()
                link.stop()
                await antenna.stop()
            }
        )
    }

    private static func amqp(_ count: Int, _ logger: Logger) async throws -> SourceUnderTest {
        let fixture = try await BrokerFixture()
        try await fixture.enqueue(1..<(count + 1))
        let link = try TCPProxy(to: try await RabbitMQServer.shared().port)
        let seen = Mutex<[String]>([])
        return SourceUnderTest(
            source: try fixture.taskSource(logger: logger, through: link) { $0.prefetch = 64 },
            link: link,
            answered: {
                let new = try await fixture.takeAll(fixture.results).map { delivery in
                    let result = try JSONDecoder().decode([String: String].self, from: Data(delivery.message.body))
                    return result["image_id"] ?? ""
                }
                return seen.withLock { seen in
                    seen += new
                    return seen
                }
            },
            beside: {},
            close: {
                link.stop()
                try await fixture.discard()
            }
        )
    }

    private static func fallbackOnBroker(_ count: Int, _ logger: Logger) async throws -> SourceUnderTest {
        let broker = try await amqp(count, logger)
        return SourceUnderTest(
            source: FallbackTaskSource(
                broker: broker.source,
                presence: AsyncStream { $0.yield(true) },
                abandon: {},
                makeFallback: { FileTaskSource(paths: [], pipeline: "demo", logger: logger) { _, _ in } },
                patience: .seconds(15),
                logger: .quiet
            ),
            link: broker.link,
            answered: broker.answered,
            beside: broker.beside,
            close: broker.close
        )
    }

    private static func fallbackOnREST(
        _ count: Int,
        _ lease: Duration,
        _ logger: Logger
    ) async throws -> SourceUnderTest {
        let (away, rest) = (try await amqp(0, logger), try await rest(count, lease, logger))
        return SourceUnderTest(
            source: FallbackTaskSource(
                broker: away.source,
                presence: AsyncStream { $0.yield(false) },
                abandon: {},
                makeFallback: { rest.source },
                patience: .zero,
                logger: .quiet
            ),
            link: rest.link,
            answered: rest.answered,
            beside: rest.beside,
            close: {
                try await rest.close()
                try await away.close()
            }
        )
    }

    private static func files(_ count: Int, _ logger: Logger) -> SourceUnderTest {
        let answers = Answers()
        return SourceUnderTest(
            source: FileTaskSource(paths: (0..<count).map { "\($0).jpg" }, pipeline: "demo", logger: logger) {
                _,
                index in
                answers.add("\(index).jpg")
            },
            link: nil,
            answered: { answers.all },
            beside: {},
            close: {}
        )
    }
}

/// Answers in the order in which they came.
private final class Answers: Sendable {
    private let images = Mutex<[String]>([])

    var all: [String] { images.withLock(\.self) }

    func add(_ image: String) {
        images.withLock { $0.append(image) }
    }
}
