import Logging
import Synchronization
import Telemetry

/// Names keys of tasks' configurations that mean nothing here, each once: a job's ten thousand tasks have the same.
final class UnknownKeys: Sendable {
    /// More keys than anybody mistypes; those of a sender that makes up new ones are not named for ever.
    private static let most = 50

    private let named = Mutex<Set<String>>([])
    private let logger: Logger

    /// Starts with no key named.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Names the keys of a task that were not named before.
    func note(_ task: ImageTask) {
        guard let keys = task.options?.unknownKeys, !keys.isEmpty else { return }
        let new = named.withLock { named in
            keys.filter { named.count < Self.most && named.insert($0).inserted }
        }
        for key in new {
            logger.warning(
                "A key in the config of tasks is not known here and is ignored",
                metadata: [LogKey.configKey: "\(key)", LogKey.pipeline: "\(task.pipeline)"]
            )
        }
    }
}
