/// The jobs that a worker left alone because the server forbids them to its user, told when it ends by itself.
///
/// Antenna lists the jobs of all projects whoever asks, so jobs of others are no failure. A worker that could do none at all is.
struct ForbiddenJobs {
    private let ids: [Int]
    private let done: Int

    /// - Parameters:
    ///   - ids: The jobs.
    ///   - done: Tasks that the worker answered.
    init(_ ids: [Int], done: Int) {
        self.ids = ids
        self.done = done
    }

    /// What to say; nil when nothing was forbidden.
    var sentence: String? {
        guard !ids.isEmpty else { return nil }
        let most = 20
        let named = ids.prefix(most).map(String.init).joined(separator: ", ") + (ids.count > most ? " and more" : "")
        return "\(ids.count == 1 ? "Job" : "Jobs") \(named): forbidden to the token's user, and left alone. "
            + "\(AntennaRights.recipe)"
    }

    /// Says it.
    ///
    /// - Throws: `CommandFailure` when nothing else was done.
    func report() throws {
        guard let sentence else { return }
        guard done > 0 else { throw CommandFailure(sentence) }
        Output.error.offer("\(sentence)\n")
    }
}

/// What a token's user has to be allowed to do.
enum AntennaRights {
    /// How to give somebody the rights.
    static let recipe =
        "A worker's user needs the permissions tasks_ml_job and result_ml_job on the job's project: an administrator "
        + "of Antenna gives them (to manage a project is not enough)."
}
