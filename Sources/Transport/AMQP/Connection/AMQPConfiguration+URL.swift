import Telemetry

extension AMQPConfiguration {
    /// Reads a URL such as `amqps://user:password@one:5671,two/vhost`.
    ///
    /// - Parameter url: Scheme `amqp` or `amqps`. Several hosts, the nodes of a cluster, are separated by commas. Port, user, password and
    ///   virtual host may be left out: 5672 or 5671, `guest`, `guest`, `/`. An empty path is the virtual host `/`, as is `/%2F`. The one
    ///   parameter is `heartbeat`, in seconds.
    /// - Throws: ``TransportError`` with code `malformedURL` or `forbiddenScheme`, which repeats no part of the URL.
    package init(url: String) throws(TransportError) {
        do throws(ServiceURL.Fault) {
            let url = try ServiceURL(url, ports: ["amqp": 5672, "amqps": 5671])
            isEncrypted = url.scheme == "amqps"
            user = url.user.flatMap { $0.isEmpty ? nil : $0 } ?? "guest"
            password = url.password ?? "guest"
            hosts = url.hosts
            virtualHost = try Self.virtualHost(url.path)
            if !url.parameters.isEmpty { heartbeat = try Self.heartbeat(url.parameters) }
        } catch {
            throw TransportError(
                error.isAboutScheme ? .forbiddenScheme : .malformedURL,
                operation: "broker.configure",
                message: "the broker's URL cannot be used: \(error.why)"
            )
        }
    }

    private static func virtualHost(_ path: Substring) throws(ServiceURL.Fault) -> String {
        guard !path.contains("/") else {
            throw ServiceURL.Fault(why: "its path is not one virtual host; write a slash in the name as %2F")
        }
        let virtualHost = try ServiceURL.plain(path, "virtual host")
        return virtualHost.isEmpty ? "/" : virtualHost
    }

    private static func heartbeat(_ parameters: [String: String]) throws(ServiceURL.Fault) -> Duration {
        guard parameters.count == 1, let seconds = parameters["heartbeat"].flatMap({ Int($0) }),
            (1...600).contains(seconds)
        else { throw ServiceURL.Fault(why: "the one parameter it may have is heartbeat, of 1 to 600 seconds") }
        return .seconds(seconds)
    }
}
