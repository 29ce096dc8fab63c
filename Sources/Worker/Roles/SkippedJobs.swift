import Antenna
import Logging
import Telemetry

/// The jobs that a worker left alone, because the server forbids them to its user or would drop their results, told when it ends by itself.
///
/// Antenna lists the jobs of all projects whoever asks, so jobs of others are no failure. A worker that could do none at all is.
struct SkippedJobs {
    private let ids: [Int]
    private let unregistered: String?
    private let done: Int

    /// - Parameters:
    ///   - ids: The jobs that are forbidden.
    ///   - unregistered: Why results of other jobs would be dropped; nil when there are no such jobs.
    ///   - done: Tasks that the worker answered.
    init(_ ids: [Int], unregistered: String? = nil, done: Int) {
        self.ids = ids
        self.unregistered = unregistered
        self.done = done
    }

    /// The sentence to say; nil when no job was left alone.
    var sentence: String? {
        let sentences = [forbidden, unregistered.map { "Jobs were left alone: \($0)." }].compactMap(\.self)
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    private var forbidden: String? {
        guard !ids.isEmpty else { return nil }
        let most = 20
        let named = ids.prefix(most).map(String.init).joined(separator: ", ") + (ids.count > most ? " and more" : "")
        return "\(ids.count == 1 ? "Job" : "Jobs") \(named): forbidden to the token's user, and left alone. "
            + "\(AntennaRights.work)"
    }

    /// Says it.
    ///
    /// - Throws: `CommandFailure` when nothing else was done.
    func report(_ logger: Logger) throws {
        guard let sentence else { return }
        guard done > 0 else { throw CommandFailure(sentence) }
        logger.warning("Not all jobs could be done", metadata: [LogKey.reason: "\(sentence)"])
    }
}
