import Inference
import Logging
import Telemetry

/// Says of each model that is loaded whether it had to be compiled, where that could have been saved: runtimes say nothing.
struct ModelOriginLog {
    let logger: Logger

    /// Notes a model.
    ///
    /// - Parameters:
    ///   - origin: What it was made of.
    ///   - file: Its file.
    ///   - use: Where it runs.
    ///   - duration: How long that took.
    func note(_ origin: ModelOrigin, of file: String, on use: DeviceUse, after duration: Duration) {
        var metadata: Logger.Metadata = [
            LogKey.file: "\(file)", LogKey.device: "\(use)", LogKey.duration: "\(duration)",
        ]
        switch origin {
        case .file: break
        case .cache: logger.info("A compiled model was loaded from the cache", metadata: metadata)
        case .compiled(let isReplacement):
            metadata[LogKey.reason] = isReplacement ? "what was there of it could not be used" : "it was not there"
            logger.info("A model was compiled and put into the cache", metadata: metadata)
        case .notKept(let reason, let remedy):
            metadata[LogKey.reason] = "\(reason)"
            metadata[LogKey.remedy] = "\(remedy)"
            logger.warning("A model was compiled, and the cache is of no use", metadata: metadata)
        }
    }
}
