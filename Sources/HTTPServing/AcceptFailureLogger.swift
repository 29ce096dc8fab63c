internal import Logging
internal import NIOCore
import Telemetry

/// Tells of connections that could not be accepted.
///
/// NIO tries again after a second; a connection of ours that only waits is closed meanwhile, since the process may be out of descriptors.
final class AcceptFailureLogger: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.minutes(1)

    private let table: ConnectionTable
    private let logger: Logger
    private let ended: @Sendable () -> Void
    private var failures = 0
    private var told: NIODeadline?

    /// Makes it; `ended` is told when the port is not listened on any more.
    init(table: ConnectionTable, logger: Logger, ended: @escaping @Sendable () -> Void) {
        self.table = table
        self.logger = logger
        self.ended = ended
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError {
            table.closeOldest(now: .now())
            tell(error)
        }
        context.fireErrorCaught(error)
    }

    private func tell(_ error: any Error) {
        failures += 1
        let now = NIODeadline.now()
        guard told.map({ now - $0 >= Self.pause }) ?? true else { return }
        logger.warning(
            "A connection could not be accepted; it is tried again every second",
            metadata: [LogKey.error: "\(error)", LogKey.failures: "\(failures)"]
        )
        told = now
        failures = 0
    }
}
