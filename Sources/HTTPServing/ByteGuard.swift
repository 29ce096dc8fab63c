internal import NIOCore
internal import NIOHTTP1

/// Stands before the parser and ends a connection whose bytes come to nothing.
///
/// Heads without an end, blanks before a value, extensions of chunks: the parser keeps some of these, and has limits for only a part.
final class ByteGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let requests: RequestGuard
    private var isOver = false

    init(_ requests: RequestGuard) {
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, !requests.readsNoMore else { return }
        requests.willParse(bytes: unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
        guard requests.hasTooManyUnparsedBytes else { return }
        isOver = true
        context.fireErrorCaught(HTTPParserError.headerOverflow)
    }
}
