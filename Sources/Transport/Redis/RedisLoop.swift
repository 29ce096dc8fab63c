import DequeModule
import Foundation

/// What the thread of one connection to Redis does.
///
/// Confined to that thread. It connects when there is a command and no connection, sends commands without waiting for the answers of
/// those before (`pipelineDepth`), and has the kernel write values straight to where their callers want them. The first command
/// that is late ends the connection, since answers come in order and nothing can be told apart after a gap.
///
/// A name can stand for several addresses. One that cannot be connected to, stays silent, refuses the login, or says that it does not serve is
/// left for the next one, with the commands that were sent to it: all of them can be sent twice.
final class RedisLoop {
    /// After how long a server that does not serve is looked up anew.
    private static let recheck = Duration.seconds(10)

    private let configuration: RedisConfiguration
    private let mailbox: RedisMailbox
    private var addresses: HostAddresses
    private var socket: RedisSocket?
    /// Whether the server of this connection has answered.
    private var hasAnswered = false
    /// Whether this connection is given up for what another one may say.
    private var isMovingOn = false
    private var connectedAt = ContinuousClock.now
    /// When bytes last went either way.
    private var movedAt = ContinuousClock.now
    private var parser: RedisReplyParser
    /// Not sent, or not wholly.
    private var unsent: Deque<RedisCommand> = []
    private var sentOfFirst = 0
    /// Sent and not answered, in the order of the answers.
    private var unanswered: Deque<RedisCommand> = []
    private var sink = RedisValueSink()

    init(configuration: RedisConfiguration, addresses: HostAddresses, mailbox: RedisMailbox) {
        self.configuration = configuration
        self.addresses = addresses
        self.mailbox = mailbox
        parser = RedisReplyParser(valueLimit: configuration.valueLimit)
    }

    /// Runs until the connection is closed for good.
    func run() {
        var isOpen = true
        while isOpen {
            let (commands, isClosing) = mailbox.take()
            unsent.append(contentsOf: commands)
            isOpen = !isClosing
            if isClosing { break }
            do throws(TransportError) {
                try dropLate()
                if socket == nil, !unsent.isEmpty { try open() }
                try send()
                try receive()
            } catch {
                fail(error)
            }
            _ = Poll.wait(
                socket: socket?.descriptor ?? -1,
                writing: canSend && socket != nil,
                wakeUp: mailbox.wakeUp,
                until: socket == nil && !unsent.isEmpty ? .now : earliestDeadline,
                unless: mailbox.hasNews
            )
        }
        let error = RedisMailbox.closed
        fail(error)
        failUnsent(error)
    }

    private var canSend: Bool {
        !unsent.isEmpty && (sentOfFirst > 0 || unanswered.count < configuration.pipelineDepth)
    }

    private var earliestDeadline: ContinuousClock.Instant? {
        // All commands have the same time limit, so the oldest is the first to be late.
        [unanswered.first?.deadline, unsent.first?.deadline, silenceDeadline].compactMap { $0 }.min()
    }

    /// When a server that has never answered is left for the next address, if there is one.
    private var silenceDeadline: ContinuousClock.Instant? {
        guard socket != nil, !hasAnswered, !addresses.isRoundOver, sentOfFirst > 0 || !unanswered.isEmpty else {
            return nil
        }
        return movedAt + addresses.patience
    }

    /// Connects to the next address that can be connected to, and puts the login before all other commands.
    private func open() throws(TransportError) {
        let deadline = unsent.first?.deadline
        hasAnswered = false
        while socket == nil {
            do throws(TransportError) {
                let address = try addresses.next()
                mailbox.use(address)
                socket = try RedisSocket(address, until: .now + addresses.patience)
            } catch {
                // Nothing can be sent now: everybody hears so at once, rather than each after a connection time-out of its own.
                if addresses.isRoundOver { failUnsent(error) }
                // The next call goes on with the next address.
                if addresses.isRoundOver || deadline.map({ $0 <= .now }) == true { throw error }
            }
        }
        connectedAt = .now
        movedAt = .now
        parser = RedisReplyParser(valueLimit: configuration.valueLimit)
        var login: [RedisCommand] = []
        let credentials = configuration.renewed()
        if let password = credentials.password, !password.isEmpty {
            let user = credentials.user.map { [$0] } ?? []
            login.append(loginCommand(TransportError.loginOperation, ["AUTH"] + user + [password]))
        }
        if configuration.database > 0 {
            login.append(loginCommand("redis.select", ["SELECT", String(configuration.database)]))
        }
        unsent = Deque(login) + unsent
    }

    private func loginCommand(_ operation: String, _ arguments: [String]) -> RedisCommand {
        RedisCommand(
            operation: operation,
            arguments: arguments,
            isLogin: true,
            deadline: .now + configuration.commandTimeout,
            finish: { _ in }
        )
    }

    private func dropLate() throws(TransportError) {
        let now = ContinuousClock.now
        if let silenceDeadline, silenceDeadline <= now { throw late(unanswered.first?.operation ?? "redis.connect") }
        if unanswered.first.map({ $0.deadline <= now }) == true || (sentOfFirst > 0 && unsent[0].deadline <= now) {
            throw late(unanswered.first?.operation ?? unsent[0].operation)
        }
        while let first = unsent.first, first.deadline <= now {
            unsent.removeFirst()
            first.finish(.failure(late(first.operation)))
        }
    }

    private func send() throws(TransportError) {
        guard let socket else { return }
        while canSend, let command = unsent.first {
            let offset = sentOfFirst
            let outcome = command.withPieces(from: offset) { pieces in
                Result { () throws(TransportError) in try socket.send(pieces) }
            }
            let count = try outcome.get()
            if count == 0 { return }
            movedAt = .now
            sentOfFirst += count
            if sentOfFirst == command.size {
                unsent.removeFirst()
                sentOfFirst = 0
                unanswered.append(command)
            }
        }
    }

    private func receive() throws(TransportError) {
        guard let socket else { return }
        while true {
            try parse(socket)
            let place = sink.rest(parser.valueLeft)
            let (placed, isAny) = try socket.receive(into: place)
            if !isAny { return }
            movedAt = .now
            if placed > 0 {
                parser.tookDirectly(placed)
                sink.advance(placed)
            }
        }
    }

    private func parse(_ socket: RedisSocket) throws(TransportError) {
        var rest = socket.unread
        while true {
            let before = rest
            let event: RedisReplyParser.Event?
            do throws(RedisReplyParser.Violation) {
                event = try parser.next(&rest)
            } catch {
                throw .redis(error, operation: unanswered.first?.operation ?? "redis.read")
            }
            if case .valueBytes(let count) = event {
                sink.take(UnsafeRawBufferPointer(rebasing: before.prefix(count)))
            }
            socket.drop(before.count - rest.count)
            guard let event else { return }
            try handle(event)
        }
    }

    private func handle(_ event: RedisReplyParser.Event) throws(TransportError) {
        guard let command = unanswered.first else {
            throw TransportError.redis(
                RedisReplyParser.Violation(sentence: "an answer to nothing"),
                operation: "redis.read"
            )
        }
        switch event {
        case .status(let text): answer(.success(.status(text)))
        case .integer(let number): answer(.success(.integer(number)))
        case .null: answer(.success(.null))
        case .error(let line):
            let error = TransportError.redis(line, operation: command.operation)
            if mayMoveOn(after: error, to: command) {
                isMovingOn = true
                throw error
            }
            answer(.failure(error))
            if command.isLogin {
                // Nothing after a refused login can succeed.
                failUnsent(error)
                throw error
            }
        case .valueBegins(let size): sink.begin(size: size, command: command)
        case .valueBytes: break
        case .valueEnds: answer(sink.end())
        }
    }

    private func answer(_ result: Result<RedisReply, TransportError>) {
        if !hasAnswered {
            hasAnswered = true
            addresses.loggedIn()
        }
        unanswered.popFirst()?.finish(result)
    }

    /// Whether another address may serve where this one does not; now and then also the same one, whose name may stand for another by now.
    private func mayMoveOn(after error: TransportError, to command: RedisCommand) -> Bool {
        guard command.isLogin || error.code == .unavailable else { return false }
        return !addresses.isRoundOver || ContinuousClock.now - connectedAt >= Self.recheck
    }

    private func failUnsent(_ error: TransportError) {
        for command in unsent { command.finish(.failure(error)) }
        unsent = []
        sentOfFirst = 0
    }

    /// Ends the connection and with it what was sent on it, wholly or in part; the rest is sent on the next one.
    private func fail(_ error: TransportError) {
        socket = nil
        sink = RedisValueSink()
        if unsent.first?.isLogin == true { sentOfFirst = 0 }
        unsent.removeAll(where: \.isLogin)
        defer { isMovingOn = false }
        if isMovingOn || (!hasAnswered && !addresses.isRoundOver) {
            // Nobody there has done what was asked, so somebody else is.
            unsent = Deque(unanswered.filter { !$0.isLogin }) + unsent
            unanswered = []
            sentOfFirst = 0
            return
        }
        // Somebody is blamed for every loss, so that a server that hangs up at once cannot keep us connecting for ever.
        if sentOfFirst > 0 || (unanswered.isEmpty && !unsent.isEmpty) {
            unanswered.append(unsent.removeFirst())
            sentOfFirst = 0
        }
        for (index, command) in unanswered.enumerated() {
            // Only the oldest can be blamed, or a login; those behind it merely lost their connection.
            let isBlamed = error.code != .timedOut || unanswered.prefix(index).allSatisfy(\.isLogin)
            command.finish(.failure(isBlamed ? error : Self.lost(command.operation, because: error)))
        }
        unanswered = []
    }

    private func late(_ operation: String) -> TransportError {
        let address = mailbox.address.map { " at \($0)" } ?? ""
        return TransportError(.timedOut, operation: operation, message: "Redis\(address) did not answer in time")
    }

    private static func lost(_ operation: String, because error: TransportError) -> TransportError {
        TransportError(
            .closed,
            operation: operation,
            message: "the connection was given up because a command before this one was late",
            underlying: error
        )
    }
}
