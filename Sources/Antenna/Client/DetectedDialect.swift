import Synchronization

/// The dialect found out about one server; shared by all copies of its client.
final class DetectedDialect: Sendable {
    let choice: AntennaDialectChoice
    private let found = Mutex<AntennaDialect?>(nil)

    init(_ choice: AntennaDialectChoice) {
        self.choice = choice
    }

    /// The dialect that is known to be right; nil while it is not.
    var settled: AntennaDialect? {
        switch choice {
        case .current: .current
        case .legacy: .legacy
        case .auto: found.withLock { $0 }
        }
    }

    /// The order in which the dialects are to be tried.
    ///
    /// One found out stays first, but the other follows: a server that is upgraded while the worker runs changes its mind.
    var candidates: [AntennaDialect] {
        switch choice {
        case .current: [.current]
        case .legacy: [.legacy]
        case .auto: found.withLock { $0 } == .legacy ? [.legacy, .current] : [.current, .legacy]
        }
    }

    func remember(_ dialect: AntennaDialect) {
        found.withLock { $0 = dialect }
    }
}
