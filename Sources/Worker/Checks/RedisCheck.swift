import Settings
import Telemetry
import Transport

/// Whether Redis answers, and how much it may keep.
enum RedisCheck {
    /// Asks once.
    ///
    /// - Parameters:
    ///   - redis: Where it is.
    ///   - isNeeded: Whether the role does not start without one, as `fetch` does not.
    /// - Returns: One finding, or none when no Redis is set and none is needed.
    static func findings(redis: RedisSettings.Values, isNeeded: Bool = false) async -> [CheckReport.Finding] {
        do {
            guard let configuration = try redis.connection() else {
                let remedy = "Name a file that holds its address with --redis-url-file."
                return isNeeded ? [.missing("Redis", "no address is set", remedy: remedy)] : []
            }
            return [await finding(configuration)]
        } catch {
            let reasons = error.mistakes.map(\.reason).joined(separator: "; ")
            return [.missing("Redis", reasons, remedy: "Fix the address in \(RedisSettings().url.variables[0]).")]
        }
    }

    private static func finding(_ configuration: RedisConfiguration) async -> CheckReport.Finding {
        let subject = "Redis at \(configuration)"
        do throws(TransportError) {
            let client = try RedisClient(configuration: configuration, connections: 1)
            defer { client.close() }
            try await client.tryOut(key: "antenna:tensor:check")
            let memory = try await client.info("memory")
            return judge(limit: memory["maxmemory"], policy: memory["maxmemory_policy"], subject: subject)
        } catch {
            return .missing(
                subject,
                error.message,
                remedy: "\(remedy(for: error.code)) Workers go on without it, but 'fetch' has nowhere to put images."
            )
        }
    }

    /// What helps against a Redis that does not serve.
    private static func remedy(for code: TransportError.Code) -> String {
        switch code {
        case .refused, .connectFailed, .nameResolution, .timedOut, .noNetwork:
            "See that it runs there, and that the address is right."
        case .outOfMemory: "Give it more maxmemory than --ready-limit images need, and maxmemory-policy allkeys-lru."
        case .authentication: "Put the right password into the file of --redis-url-file."
        default: "What it answered says what it wants."
        }
    }

    /// The meaning of the server's limits for images of some 13 MB.
    static func judge(limit: String?, policy: String?, subject: String) -> CheckReport.Finding {
        let remedy = "Set maxmemory to what the machine can spare and maxmemory-policy to allkeys-lru."
        guard let limit, limit != "0" else {
            return .note(subject, "answers; it has no limit of memory", remedy: remedy)
        }
        guard policy != "noeviction" else {
            return .note(subject, "answers; when it is full it takes no more images", remedy: remedy)
        }
        return .good(subject, "answers; it keeps up to \(limit) bytes, \(policy ?? "by its own rule")")
    }
}
