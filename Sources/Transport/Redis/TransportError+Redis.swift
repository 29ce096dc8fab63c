import Telemetry

extension TransportError {
    /// The error for a line with which Redis refused a command, such as `OOM command not allowed …`.
    static func redis(_ line: String, operation: OperationName) -> TransportError {
        let word = line.prefix { $0 != " " }
        let code: Code =
            switch word {
            case "OOM": .outOfMemory
            case "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MISCONF", "NOREPLICAS":
                .unavailable
            case "NOAUTH", "WRONGPASS": .authentication
            case "NOPERM": .accessRefused
            case "WRONGTYPE": .preconditionFailed
            default: operation == loginOperation || line.contains("invalid password") ? .authentication : .rejected
            }
        let message =
            switch word {
            case "NOAUTH": "Redis asks for a password, and the address has none"
            // The server's sentence can repeat an argument, so a password must not pass through here.
            case _ where code == .authentication: "Redis refused the user name or password"
            case "MOVED", "ASK":
                "this Redis is one of a cluster, which serves each key on another machine: name one that stands alone"
            default: "Redis answered: \(line)"
            }
        return TransportError(code, operation: operation, message: message)
    }

    /// The operation that sends the password.
    static let loginOperation: OperationName = "redis.auth"

    static func redis(_ violation: RedisReplyHead.Violation, operation: OperationName) -> TransportError {
        TransportError(
            .protocolViolation,
            operation: operation,
            message: "the server sent \(violation.sentence)",
            isRetriable: true
        )
    }

    /// A time limit has passed.
    static func lateRedis(at address: RedisAddress?, operation: OperationName) -> TransportError {
        let place = address.map { " at \($0)" } ?? ""
        return TransportError(.timedOut, operation: operation, message: "Redis\(place) did not answer in time")
    }
}
