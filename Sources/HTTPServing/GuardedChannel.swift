internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTPTypesHTTP1

/// Hummingbird's HTTP/1 connection with our guards around its parser, handled on the thread that its bytes come in on.
struct GuardedChannel: ServerChildChannel {
    private let base: HTTP1Channel
    private let limits: HTTPServerLimits
    private let table: ConnectionTable
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    init(
        limits: HTTPServerLimits,
        table: ConnectionTable,
        executors: [ObjectIdentifier: EventLoopExecutor],
        responder: Responder
    ) {
        base = HTTP1Channel(
            responder: { request, writer, channel in
                try await responder.respond(to: request, with: writer, on: channel)
            },
            configuration: .init(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headBytes,
                    maxHeaderListSize: limits.headBytes,
                    maxHeaderFieldCount: limits.headerCount
                )
            )
        )
        self.limits = limits
        self.table = table
        self.executors = executors
    }

    /// Sets a connection up, on its event loop.
    ///
    /// It never fails: NIO would take that for an error of the port and end the loop that accepts.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let admitted = table.admit(Self.address(of: channel), now: .now()) { channel.close(promise: nil) }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            guard let id = admitted else {
                channel.close(promise: nil)
                return value
            }
            let pipeline = channel.pipeline.syncOperations
            let requests = RequestGuard(limits: limits, table: table, id: id)
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(requests, position: .before(codec))
            try pipeline.addHandler(ByteGuard(requests), position: .first)
            return value
        }
    }

    /// Handles a connection until it closes.
    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[ObjectIdentifier(value.channel.eventLoop)]) {
            await base.handle(value: value, logger: logger)
        }
    }

    /// Where a connection comes from: an IPv4 address, or the network of an IPv6 address, of which one machine has as many as it likes.
    private static func address(of channel: any Channel) -> String {
        guard case .v6(let address)? = channel.remoteAddress else { return channel.remoteAddress?.ipAddress ?? "" }
        return withUnsafeBytes(of: address.address) { bytes in
            // A `sockaddr_in6` holds family, port and flow before the sixteen bytes of the address.
            let bytes = bytes[8..<24]
            let isMappedV4 = bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            return (isMappedV4 ? bytes.suffix(4) : bytes.prefix(8)).map { "\($0)" }.joined(separator: ".")
        }
    }
}
