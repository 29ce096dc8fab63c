import Foundation

/// How many tasks are finished a second while there is work, with old times weighing less and less.
///
/// Counts and busy time decay together, so that batches, which finish together, count for what they are: many tasks after a
/// long time. Pure: the time comes from outside.
struct CompletionRate {
    /// Completions before the rate is believed.
    static let fewestCompletions = 4
    /// Busy time before the rate is believed.
    static let shortestTime = 1.0

    private let timeConstant: Double
    private var weightedCount = 0.0
    private var weightedSeconds = 0.0
    private var completions = 0
    private var lastUpdate: Duration

    /// Starts with nothing measured.
    ///
    /// - Parameters:
    ///   - timeConstant: After this busy time a completion weighs 1/e.
    ///   - now: The current time.
    init(timeConstant: Duration, now: Duration) {
        self.timeConstant = max(0.001, timeConstant.inSeconds)
        lastUpdate = now
    }

    /// Completions a second; nil until enough was seen.
    var perSecond: Double? {
        guard completions >= Self.fewestCompletions, weightedSeconds >= Self.shortestTime else { return nil }
        return weightedCount / weightedSeconds
    }

    /// Lets time pass.
    ///
    /// Call it before what is outstanding changes.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - isBusy: Whether there was work since the last call; idle time is no time.
    mutating func advance(to now: Duration, isBusy: Bool) {
        let seconds = (now - lastUpdate).inSeconds
        lastUpdate = max(lastUpdate, now)
        guard isBusy, seconds > 0 else { return }
        let decay = exp(-seconds / timeConstant)
        weightedCount *= decay
        weightedSeconds = weightedSeconds * decay + timeConstant * (1 - decay)
    }

    /// Counts one task that is done.
    mutating func completed() {
        weightedCount += 1
        completions += 1
    }
}

extension Duration {
    /// In seconds.
    var inSeconds: Double { self / .seconds(1) }
}
