internal import NIOCore
internal import NIOHTTP1

/// Stands behind the parser: judges heads, counts bodies, and closes the connection when it takes longer than it may.
///
/// A request that is refused becomes a parser's error, which Hummingbird answers 400 once the requests before it are answered; the better
/// status is put in on its way out.
final class RequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPServerLimits
    private let table: ConnectionTable
    private let id: ConnectionTable.ID
    private var state: ConnectionState
    private var shown: ConnectionState.Standing?
    private var timer: (task: Scheduled<Void>, deadline: NIODeadline)?
    private var refusal: HTTPResponseStatus?
    /// The number of the request after which the connection closes.
    private var lastRequest: Int?
    private var ignoresRest = false
    private var isVersion10 = false
    private var isRemoved = false

    init(limits: HTTPServerLimits, table: ConnectionTable, id: ConnectionTable.ID) {
        self.limits = limits
        self.table = table
        self.id = id
        state = ConnectionState(limits: limits, now: .now())
    }

    // MARK: What comes in

    /// Bytes are about to be parsed.
    func willParse(bytes: Int) { state.received(bytes: bytes, now: .now()) }

    var hasTooManyUnparsedBytes: Bool { state.hasTooManyUnparsedBytes }

    /// Whether nothing of what is still to come is answered, so that parsing it would be work for nobody.
    var readsNoMore: Bool { refusal != nil || ignoresRest }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !readsNoMore else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            // What comes after a request that is the last by its own word is nobody's.
            guard lastRequest == nil else { return ignoresRest = true }
            state.receivedHead(now: .now())
            guard !state.hasTooManyRequests else { return refuse(context, .tooManyRequests) }
            if let status = RequestRules.refusal(of: head, limits: limits) { return refuse(context, status) }
            if RequestRules.isLast(head) {
                lastRequest = state.numberOfLastRequest
                isVersion10 = head.version.minor == 0
                // Hummingbird looks for this very spelling.
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body(let bytes):
            state.receivedBody(bytes: bytes.readableBytes)
            guard !state.hasTooLongBody else { return refuse(context, .payloadTooLarge) }
            context.fireChannelRead(data)
        case .end:
            state.receivedEnd(now: .now())
            context.fireChannelRead(data)
        }
        update(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, refusal == nil {
            refusal = error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest
        }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            state.endedInput(now: .now())
            update(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        refusal = status
        context.fireErrorCaught(HTTPParserError.unknown)
        update(context)
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var part = unwrapOutboundIn(data)
        switch part {
        case .head(var head) where head.status.code >= 200:
            let isRefusal = head.status == .badRequest && head.headers["connection"] == ["close"]
            if let refusal, isRefusal { head.status = refusal }
            if let lastRequest, state.numberOfNextAnswer >= lastRequest {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                // Without chunks, which HTTP/1.0 does not know: the end of the connection is the end of the body.
                if isVersion10 { head.version = .http1_0 }
            }
            part = .head(head)
        case .end: state.answered(now: .now())
        case .head, .body: break
        }
        state.willWrite(now: .now())
        let written = promise ?? context.eventLoop.makePromise()
        let guarded = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let (handler, context) = guarded.value
            handler.state.didWrite(now: .now())
            handler.update(context)
        }
        context.write(wrapOutboundOut(part), promise: written)
        update(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { state.endedOutput(now: .now()) }
        context.close(mode: mode, promise: promise)
        update(context)
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) { update(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        isRemoved = true
        timer?.task.cancel()
        timer = nil
        table.remove(id)
    }

    private func update(_ context: ChannelHandlerContext) {
        // Pieces that were not sent fail after the end.
        guard !isRemoved else { return }
        let standing = state.standing
        if standing != shown {
            shown = standing
            table.update(id, standing)
        }
        guard let deadline = state.deadline else { return }
        // A deadline that has moved away is looked at when the timer goes off.
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.task.cancel()
        }
        schedule(context, deadline)
    }

    private func schedule(_ context: ChannelHandlerContext, _ deadline: NIODeadline) {
        let guarded = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = guarded.value
            handler.timer = nil
            guard let deadline = handler.state.deadline else { return }
            if deadline <= .now() {
                context.close(mode: .all, promise: nil)
            } else {
                handler.schedule(context, deadline)
            }
        }
        timer = (task, deadline)
    }
}
