import CHiredis
import Foundation
import Telemetry

/// One connection to a Redis server, by hiredis: it connects, formats small commands, keeps the protocol and parses their answers.
///
/// Large values go around its buffers: written by gathering from the caller's memory, read from the connection straight into it. hiredis never waits:
/// before each step is a look at the time that is left, so that a server that trickles cannot outlive the limit, and at the mailbox, so
/// that closing ends what waits. Confined to the connection's thread. After an error it is of no use.
final class RedisWire {
    /// Values without a place are answers such as that to `INFO`.
    private static let keptSize = 1 << 20

    let address: RedisAddress
    let context: UnsafeMutablePointer<redisContext>
    /// The TLS session; the context owns it.
    var tls: OpaquePointer?
    /// The operation under way, for errors.
    var operation: OperationName = "redis.connect"
    private let valueLimit: Int
    private let mailbox: RedisMailbox

    /// Connects, with TLS where the configuration says so.
    init(
        _ address: RedisAddress,
        _ configuration: RedisConfiguration,
        mailbox: RedisMailbox,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        self.address = address
        self.mailbox = mailbox
        valueLimit = configuration.valueLimit
        let (context, number) = Self.begin(address)
        guard let context else {
            throw TransportError(.outOfMemory, operation: operation, message: "there is no memory for a connection")
        }
        self.context = context
        try finishConnecting(number, configuration, until: deadline)
    }

    deinit {
        redisFree(context)
    }

    /// The connection's descriptor.
    var descriptor: Int32 { context.pointee.fd }

    /// Received and not looked at.
    var unread: UnsafeRawBufferPointer {
        guard let reader = context.pointee.reader?.pointee, let start = reader.buf else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start + reader.pos, count: reader.len - reader.pos)
    }

    /// Whether the server has hung up, or says what nobody asked for; to be asked between commands, when something has come.
    var hasEnded: Bool { redisBufferRead(context) != REDIS_OK || !unread.isEmpty }

    // MARK: Commands

    /// Sends a command and takes its answer.
    ///
    /// - Returns: The answer, or why the server or the caller refuses; the connection goes on.
    /// - Throws: ``TransportError`` when the connection is of no use any more.
    func ask(_ command: RedisCommand) throws(TransportError) -> Result<RedisReply, TransportError> {
        operation = command.operation
        if let value = command.value {
            let (head, tail) = command.frame(around: value.count)
            let sent = head.withUnsafeBytes { head in
                tail.withUnsafeBytes { tail in
                    Result { () throws(TransportError) in
                        try write([head] + value.parts + [tail], until: command.deadline)
                    }
                }
            }
            try sent.get()
        } else {
            try append(command.arguments)
            try flush(until: command.deadline)
        }
        return try takeAnswer(into: command.place, until: command.deadline)
    }

    // MARK: Answers

    func takeAnswer(
        into place: RedisCommand.Place?,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) -> Result<RedisReply, TransportError> {
        switch try takeHead(until: deadline) {
        case .line:
            return try parse()
        case .list:
            throw violation("a list")
        case .value(let size, let headSize):
            guard place == nil, size <= Self.keptSize else {
                skip(headSize)
                return try takeValue(size, into: place, until: deadline)
            }
            let end = headSize + size
            while unread.count < end + 2 { try fetch(until: deadline) }
            guard unread[end] == 13, unread[end + 1] == 10 else { throw violation("a value longer than announced") }
            return try parse()
        }
    }

    func takeHead(until deadline: ContinuousClock.Instant) throws(TransportError) -> RedisReplyHead {
        while true {
            do throws(RedisReplyHead.Violation) {
                if let head = try RedisReplyHead.of(unread, valueLimit: valueLimit) { return head }
            } catch {
                throw violation(error.sentence)
            }
            try fetch(until: deadline)
        }
    }

    /// Takes a value, to where the caller wants it, else to nowhere.
    private func takeValue(
        _ size: Int,
        into place: RedisCommand.Place?,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) -> Result<RedisReply, TransportError> {
        let memory = rent(size, from: place)
        switch memory {
        case .success(let memory):
            try fill(memory, until: deadline)
        case .failure:
            let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: min(size, 64 << 10), alignment: 16)
            defer { scratch.deallocate() }
            var left = size
            while left > 0 {
                let part = UnsafeMutableRawBufferPointer(rebasing: scratch.prefix(left))
                try fill(part, until: deadline)
                left -= part.count
            }
        }
        while unread.count < 2 { try fetch(until: deadline) }
        guard unread[0] == 13, unread[1] == 10 else { throw violation("a value longer than announced") }
        skip(2)
        if unread.isEmpty {
            // Has hiredis let go of what was looked at; there is nothing to parse.
            var none: UnsafeMutableRawPointer?
            redisReaderGetReply(context.pointee.reader, &none)
        }
        return memory.map { .value($0.count) }
    }

    /// Asks the caller for memory of the size of a value.
    private func rent(
        _ size: Int,
        from place: RedisCommand.Place?
    ) -> Result<UnsafeMutableRawBufferPointer, TransportError> {
        func refusal(_ message: String, _ cause: (any Error)? = nil) -> TransportError {
            TransportError(.tooLarge, operation: operation, message: message, underlying: cause)
        }
        guard let place else { return .failure(refusal("the answer has \(size) bytes")) }
        do {
            let memory = try place(size)
            guard memory.count == size else {
                return .failure(refusal("the place has \(memory.count) bytes and the value \(size)"))
            }
            return .success(memory)
        } catch {
            return .failure(refusal("the caller refused a value of \(size) bytes", error))
        }
    }

    /// Fills memory with what has come and what comes.
    private func fill(
        _ memory: UnsafeMutableRawBufferPointer,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        var filled = min(memory.count, unread.count)
        memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: unread.prefix(filled)))
        skip(filled)
        while filled < memory.count {
            try checkTime(deadline)
            let count = chiredis_read(context, memory.baseAddress?.advanced(by: filled), memory.count - filled)
            guard count >= 0 else { throw failure() }
            if count == 0 { try wait(writing: false, until: deadline) }
            filled += count
        }
    }

    func skip(_ count: Int) {
        context.pointee.reader.pointee.pos += count
    }

    /// Has hiredis parse an answer that is there.
    private func parse() throws(TransportError) -> Result<RedisReply, TransportError> {
        var answer: UnsafeMutableRawPointer?
        guard redisGetReplyFromReader(context, &answer) == REDIS_OK else { throw failure() }
        guard let answer else { throw violation("half an answer") }
        defer { freeReplyObject(answer) }
        let reply = answer.assumingMemoryBound(to: redisReply.self).pointee
        let bytes = UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : Int(reply.len))
        switch reply.type {
        case REDIS_REPLY_STATUS: return .success(.status(String(decoding: bytes, as: UTF8.self)))
        case REDIS_REPLY_INTEGER: return .success(.integer(reply.integer))
        case REDIS_REPLY_NIL: return .success(.null)
        case REDIS_REPLY_STRING: return .success(.bytes(Array(bytes)))
        case REDIS_REPLY_ERROR:
            return .failure(.redis(String(decoding: bytes, as: UTF8.self), operation: operation))
        default: throw .redis(.otherKind, operation: operation)
        }
    }

    /// Receives what there is, and waits when that is nothing.
    private func fetch(until deadline: ContinuousClock.Instant) throws(TransportError) {
        try checkTime(deadline)
        let count = unread.count
        guard redisBufferRead(context) == REDIS_OK else { throw failure() }
        if unread.count == count { try wait(writing: false, until: deadline) }
    }

    // MARK: Waiting

    /// Waits until more can be read, or written.
    func wait(writing: Bool, until deadline: ContinuousClock.Instant) throws(TransportError) {
        try checkTime(deadline)
        guard !mailbox.isClosing else { throw RedisMailbox.closed }
        _ = Poll.wait(
            socket: descriptor,
            reading: !writing,
            writing: writing,
            wakeUp: mailbox.wakeUp,
            until: deadline,
            unless: { mailbox.isClosing }
        )
    }

    func checkTime(_ deadline: ContinuousClock.Instant) throws(TransportError) {
        if deadline <= .now { throw .lateRedis(at: address, operation: operation) }
    }

    // MARK: Errors

    /// Why hiredis will not go on.
    func failure() -> TransportError {
        let text = String(cString: chiredis_error(context))
        switch context.pointee.err {
        case REDIS_ERR_EOF:
            return TransportError(.closed, operation: operation, message: "Redis at \(address) closed the connection")
        case REDIS_ERR_PROTOCOL:
            return violation("something that hiredis refuses (\(text))")
        case REDIS_ERR_OOM:
            return TransportError(.outOfMemory, operation: operation, message: "there is no memory for an answer")
        default:
            let reason = tls.flatMap { chiredis_tls_reason($0) }.map { String(cString: $0) } ?? text
            return TransportError(.closed, operation: operation, message: "Redis at \(address): \(reason)")
        }
    }

    func violation(_ sentence: String) -> TransportError {
        .redis(RedisReplyHead.Violation(sentence: sentence), operation: operation)
    }
}
