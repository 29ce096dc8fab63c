internal import Concurrency
internal import Foundation
internal import Synchronization
import Telemetry

/// Whether a name that was not resolved is at fault, or the network that this process is in.
///
/// An image of a host that does not exist ends in an error; the images that come while the machine is offline must not, by the
/// hundreds. The name service tells the two apart ("no such name", or "try again"), and so does an answer of any host meanwhile.
final class OfflineDetector: Sendable {
    /// How long an answer of any host proves that names can be resolved.
    private static let answerLifetime = Duration.seconds(30)
    /// How long the name service is taken to be away before it is asked again.
    private static let failureLifetime = Duration.seconds(5)
    /// The resolver's message when it is not the name that is wrong.
    private static let passing: Set<Int32> = [EAI_AGAIN, EAI_SYSTEM, EAI_MEMORY]
    /// The system's resolver blocks for many seconds just when it is asked here.
    private static let threads = BlockingPool(name: "names", threadCount: 1)

    private struct State {
        var latestAnswer: ContinuousClock.Instant?
        var latestFailure: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let resolve: HostAddresses.Resolver
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Makes a detector that knows of no answer yet.
    ///
    /// - Parameters:
    ///   - resolve: Asks the name service.
    ///   - now: Tells the time.
    init(
        resolve: @escaping HostAddresses.Resolver,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.resolve = resolve
        self.now = now
    }

    /// A host has answered.
    func answered() {
        let now = now()
        state.withLock { $0 = State(latestAnswer: now) }
    }

    /// Judges an error.
    ///
    /// - Parameters:
    ///   - error: What kept a request from its host.
    ///   - url: What was asked for.
    /// - Returns: The error, with the code `noNetwork` when the name service is to blame rather than the name.
    func judged(_ error: TransportError, of url: HTTPURL) async -> TransportError {
        guard error.code == .nameResolution, !isProvenWell else { return error }
        let host = HostPort(host: url.host, port: 0)
        guard (try? await Self.threads.run { self.isInTrouble(asking: host) }) == true else { return error }
        return TransportError(
            .noNetwork,
            operation: error.operation,
            message: "\(error.message): the name service does not answer, and no host has lately",
            nativeCode: error.nativeCode,
            underlying: error
        )
    }

    private var isProvenWell: Bool {
        let now = now()
        return state.withLock { $0.latestAnswer.map { $0.duration(to: now) < Self.answerLifetime } ?? false }
    }

    private func isInTrouble(asking host: HostPort) -> Bool {
        let now = now()
        let isKnown = state.withLock { $0.latestFailure.map { $0.duration(to: now) < Self.failureLifetime } ?? false }
        if isKnown { return true }
        do throws(TransportError) {
            _ = try resolve(host)
            return false
        } catch {
            guard Self.passing.contains(error.nativeCode ?? 0) else { return false }
            // Not when it was asked: the answer may have taken its time.
            let now = self.now()
            state.withLock { $0.latestFailure = now }
            return true
        }
    }
}
