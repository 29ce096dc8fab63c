/// Decides whether a part of the worker is stuck: it holds work, and nothing has left it for too long.
///
/// Pure: it is told what it sees and the time, which is any that only goes forward.
struct StallDetector {
    /// The observations of one part.
    struct Reading: Equatable {
        /// Tasks in it.
        var held: Int
        /// Tasks that have gone through it since the start.
        var passed: Int
    }

    /// A part with what is seen of it.
    struct Part {
        let name: String
        /// The stall from which on the worker counts as stuck; nil for a part that may wait as long as it must.
        let limit: Duration?
        let reading: Reading
    }

    /// A part that is stuck.
    struct Stall: Equatable {
        let part: String
        let duration: Duration
    }

    /// Looks further apart than this mean that the whole process stood still, which is nobody's stall.
    static let longestGap = Duration.seconds(10)

    private struct Progress {
        var passed: Int
        /// When it last moved, or was empty.
        var since: Duration
    }

    private var progress: [String: Progress] = [:]
    private var lastLook: Duration?
    /// How long each part has held work without moving, as of the last look.
    private(set) var stalls: [String: Duration] = [:]

    /// Takes a look.
    ///
    /// - Returns: The part that is stuck the longest, if any is.
    mutating func look(at parts: [Part], now: Duration) -> Stall? {
        let gap = lastLook.map { now - $0 } ?? .zero
        lastLook = now
        let slept = gap > Self.longestGap ? gap : .zero
        var worst: Stall?
        for part in parts {
            var known = progress[part.name] ?? Progress(passed: part.reading.passed, since: now)
            known.since = min(now, known.since + slept)
            if part.reading.held <= 0 || known.passed != part.reading.passed { known.since = now }
            known.passed = part.reading.passed
            progress[part.name] = known
            let stall = now - known.since
            stalls[part.name] = stall
            if let limit = part.limit, stall >= limit, stall > worst?.duration ?? .zero {
                worst = Stall(part: part.name, duration: stall)
            }
        }
        return worst
    }
}
