/// Lets one warning of a kind through in a while, and counts the others.
///
/// Pure: the time comes from outside.
struct WarningThrottle {
    private struct Entry {
        var lastAdmitted: Duration
        var suppressed = 0
    }

    private let interval: Duration
    private let limit: Int
    private var entries: [String: Entry] = [:]

    /// Starts with nothing said.
    ///
    /// - Parameters:
    ///   - interval: The least time between two of a kind.
    ///   - limit: Kinds remembered at most.
    init(interval: Duration = .seconds(30), limit: Int = 64) {
        self.interval = interval
        self.limit = max(1, limit)
    }

    /// Whether to say it now.
    ///
    /// - Returns: How many of the kind were not said since the last one; nil to keep silent.
    mutating func admit(_ kind: String, now: Duration) -> Int? {
        if let entry = entries[kind], now - entry.lastAdmitted < interval {
            entries[kind]?.suppressed += 1
            return nil
        }
        let suppressed = entries[kind]?.suppressed ?? 0
        if entries[kind] == nil, entries.count >= limit,
            let oldest = entries.min(by: { $0.value.lastAdmitted < $1.value.lastAdmitted })
        {
            entries[oldest.key] = nil
        }
        entries[kind] = Entry(lastAdmitted: now)
        return suppressed
    }
}
