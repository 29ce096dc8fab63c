import Foundation
import HTTPServing
package import Settings

/// How many files and connections the process may have open at once.
///
/// A process that runs out of them fails in places that nobody has thought of, in libraries that end it for that. So there have to be enough from
/// the start, and what is needed for as long as the process lives is opened at once.
package enum DescriptorLimit {
    /// Enough for every command that does one thing.
    package static let least = 32
    /// Enough for every command with the settings' defaults.
    static let ample = 1_024
    /// More than any settings need; some systems have a limit of a thousand million.
    private static let most: rlim_t = 65_536

    /// Lets the process open as many as the system allows it to.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, most)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = wanted
        // The limit stays where it is when the system refuses, and is looked at later.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Sees that there are enough to begin with; what the settings need is known later.
    ///
    /// - Throws: `CommandFailure` that names a number that will do.
    package static func requireLeast() throws(CommandFailure) {
        let limit = ProcessFigures.maximumDescriptors
        guard limit < least else { return }
        throw tooFew(limit, "\(ample) are enough for every command with its default settings. \(howToRaise).")
    }

    /// Sees that there are as many as the settings need.
    ///
    /// - Throws: `CommandFailure` that says how to get more.
    package static func require(_ count: Int) throws(CommandFailure) {
        let limit = ProcessFigures.maximumDescriptors
        guard limit < count else { return }
        throw tooFew(
            limit,
            "with these settings \(count) may be needed. \(howToRaise), or lower --fetch-concurrency."
        )
    }

    private static let howToRaise =
        "Raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of a container)"

    private static func tooFew(_ limit: Int, _ advice: String) -> CommandFailure {
        CommandFailure("No more than \(limit) files and connections may be open here at once, and \(advice)")
    }

    /// Opens what Swift's clocks wait with.
    ///
    /// libdispatch opens it at the first wait on each clock, and ends the process when it cannot.
    package static func openTimers() async {
        // A task that is cancelled has no use for them.
        try? await Task.sleep(for: .microseconds(100), clock: ContinuousClock())
        try? await Task.sleep(for: .microseconds(100), clock: SuspendingClock())
    }
}

extension WorkerSettings {
    /// Files and connections that a role with these settings may have open at once, counted generously.
    package var descriptors: Int {
        // A transfer has its connection, a lookup of the host's name, and that lookup's own connections.
        let images = 4 * self.images.fetchConcurrency
        let idleConnections = 32
        let adminPort = !self.admin.hasPort ? 0 : HTTPServerLimits().connections + 8
        let services = 48
        return DescriptorLimit.least + images + idleConnections + adminPort + services
    }
}
