/// Tells a result of the spool that always fails from a server that takes none: between two of its failures others were taken.
///
/// Such a result waits for itself, longer with every failure, and says nothing of the server. Pure: the time comes from outside.
struct FailingResults {
    private struct Wait {
        var misses = 0
        var until = Duration.zero
    }

    private var taken = 0
    /// How many results had been taken when one failed for the last time.
    private var takenBefore: [Spool.EntryID: Int] = [:]
    private var waits: [Spool.EntryID: Wait] = [:]

    /// The server took a result.
    mutating func tookOne() {
        taken += 1
    }

    /// A result failed.
    ///
    /// - Returns: How often it failed while others were taken; nil when it may be the server's fault.
    mutating func failed(_ entry: Spool.EntryID) -> Int? {
        guard let before = takenBefore.updateValue(taken, forKey: entry), before < taken else { return nil }
        waits[entry, default: Wait()].misses += 1
        return waits[entry]?.misses
    }

    /// Leaves a result alone until some time.
    mutating func wait(_ entry: Spool.EntryID, until time: Duration) {
        waits[entry]?.until = time
    }

    /// Knows a result no more, as it is out of the spool.
    mutating func forget(_ entry: Spool.EntryID) {
        takenBefore[entry] = nil
        waits[entry] = nil
    }

    /// The results that are left alone now, and when the first of them is tried again.
    func asleep(now: Duration) -> (entries: Set<Spool.EntryID>, until: Duration?) {
        let asleep = waits.filter { $0.value.until > now }
        return (Set(asleep.keys), asleep.values.map(\.until).min())
    }
}
