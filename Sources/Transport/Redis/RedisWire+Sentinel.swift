import Telemetry

extension RedisWire {
    /// Asks a Sentinel where the master of a service is.
    func master(of service: String, until deadline: ContinuousClock.Instant) throws(TransportError) -> HostPort {
        operation = "sentinel.ask"
        try append(["SENTINEL", "get-master-addr-by-name", service])
        try flush(until: deadline)
        switch try takeHead(until: deadline) {
        case .list(count: 2, let headSize):
            skip(headSize)
        case .list(count: ...0, headSize: _):
            throw TransportError(
                .notFound,
                operation: operation,
                message: "the Sentinel at \(address) knows no service of the name \(service)",
                isRetriable: true
            )
        default:
            if case .failure(let error) = try takeAnswer(into: nil, until: deadline) { throw error }
            throw .redis(.otherKind, operation: operation)
        }
        guard case .success(.bytes(let host)) = try takeAnswer(into: nil, until: deadline),
            case .success(.bytes(let port)) = try takeAnswer(into: nil, until: deadline)
        else { throw .redis(.otherKind, operation: operation) }
        let (name, number) = (String(decoding: host, as: UTF8.self), String(decoding: port, as: UTF8.self))
        let text = name.contains(":") ? "[\(name)]:\(number)" : "\(name):\(number)"
        guard let master = HostPort(reading: text[...], defaultPort: 0) else {
            throw violation("an address that is none")
        }
        return master
    }
}
