import Foundation
import Telemetry

/// The loop of the thread of one connection to Redis: it connects when there is a command and no connection, and asks one after the other.
///
/// Confined to that thread. A name can stand for several addresses. One that cannot be connected to, stays silent, refuses the login, or says that
/// it does not serve is left for the next one, with the command that was sent to it: all of them can be sent twice.
final class RedisLoop {
    /// After how long a server that does not serve is looked up anew.
    private static let recheck = Duration.seconds(10)

    private let configuration: RedisConfiguration
    private let mailbox: RedisMailbox
    private let resolve: HostAddresses.Resolver
    /// Those of the server or of its Sentinels; none for a socket of this machine.
    private var addresses: HostAddresses?
    private var wire: RedisWire?
    private var connectedAt = ContinuousClock.now

    init(configuration: RedisConfiguration, resolve: @escaping HostAddresses.Resolver, mailbox: RedisMailbox) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.resolve = resolve
        let hosts: [HostPort] =
            switch configuration.place {
            case .host(let server): [server]
            case .sentinels(let servers, _): servers
            case .socket: []
            }
        addresses = hosts.isEmpty ? nil : HostAddresses(hosts, limit: configuration.connectTimeout, resolve: resolve)
    }

    /// Runs until the connection is closed for good.
    func run() {
        ignoreBrokenPipes()
        while let command = next() { command.finish(perform(command)) }
        wire = nil
        mailbox.failAll(RedisMailbox.closed)
    }

    /// hiredis and OpenSSL write without saying that a lost connection is no reason to end the process.
    private func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for a command, and meanwhile for the server to hang up, so that no command is lost to that; nil after the close.
    private func next() -> RedisCommand? {
        while true {
            let outcome = Poll.wait(
                socket: wire?.descriptor ?? -1,
                writing: false,
                wakeUp: mailbox.wakeUp,
                until: nil,
                unless: mailbox.hasNews
            )
            if outcome.isReadable, let wire, wire.hasEnded { self.wire = nil }
            if let command = mailbox.takeFirst() { return command }
            if mailbox.isClosing { return nil }
        }
    }

    private func perform(_ command: RedisCommand) -> Result<RedisReply, TransportError> {
        while command.deadline > .now {
            do throws(TransportError) {
                let wire: RedisWire
                if let open = self.wire { wire = open } else { wire = try open(until: command.deadline) }
                let answer = try wire.ask(command)
                // What nobody asked for would be taken for the answer to the next command.
                if !wire.unread.isEmpty { self.wire = nil }
                guard case .failure(let error) = answer, error.code == .unavailable, mayMoveOn else { return answer }
                self.wire = nil
            } catch {
                wire = nil
                return .failure(error)
            }
        }
        return .failure(.lateRedis(at: mailbox.address, operation: command.operation))
    }

    /// Whether another address may serve where this one does not; now and then also the same one, whose name may stand for another by now.
    private var mayMoveOn: Bool { !isRoundOver || ContinuousClock.now - connectedAt >= Self.recheck }

    private var isRoundOver: Bool { addresses?.isRoundOver ?? true }

    // MARK: Connecting

    /// Connects to the next address that serves.
    private func open(until deadline: ContinuousClock.Instant) throws(TransportError) -> RedisWire {
        while true {
            do throws(TransportError) {
                let opened = try connect(until: deadline)
                addresses?.loggedIn()
                connectedAt = .now
                wire = opened
                return opened
            } catch {
                // The time of this command is over, not that of others; the next one goes on with the next address.
                if deadline <= .now || mailbox.isClosing { throw error }
                if isRoundOver {
                    // Nothing can be asked now: everybody hears so at once, rather than each after a connection time-out of its own.
                    mailbox.failAll(error)
                    throw error
                }
            }
        }
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(TransportError) -> RedisWire {
        let configuration = configuration.renewed()
        let opened: RedisWire
        switch configuration.place {
        case .socket(let path):
            opened = try wire(to: .socket(path), until: deadline)
        case .host:
            opened = try wire(to: try nextAddress(), until: deadline)
        case .sentinels(_, let service):
            let sentinel = try wire(to: try nextAddress(), until: deadline)
            try logIn(configuration.sentinelLogin, to: sentinel, until: limit(deadline))
            opened = try wire(
                toOneOf: resolve(try sentinel.master(of: service, until: limit(deadline))),
                until: deadline
            )
        }
        let patience = isRoundOver ? deadline : limit(deadline)
        try logIn(configuration.login, database: configuration.database, to: opened, until: patience)
        return opened
    }

    private func nextAddress() throws(TransportError) -> RedisAddress {
        guard let address = try addresses?.next() else {
            throw TransportError(.internal, operation: "redis.connect", message: "there is no address to connect to")
        }
        return .host(address)
    }

    /// When an address has had its time, for connecting or for logging in.
    private func limit(_ deadline: ContinuousClock.Instant) -> ContinuousClock.Instant {
        min(deadline, .now + (addresses?.patience ?? configuration.connectTimeout))
    }

    private func wire(to address: RedisAddress, until deadline: ContinuousClock.Instant) throws(TransportError)
        -> RedisWire
    {
        mailbox.use(address)
        return try RedisWire(address, configuration, mailbox: mailbox, until: limit(deadline))
    }

    private func wire(
        toOneOf addresses: [HostAddress],
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) -> RedisWire {
        var failure = TransportError(.nameResolution, operation: "redis.connect", message: "the master has no address")
        for address in addresses {
            do throws(TransportError) {
                return try wire(to: .host(address), until: deadline)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Says who we are, and has the server say that it is there.
    private func logIn(
        _ login: RedisConfiguration.Login?,
        database: Int = 0,
        to wire: RedisWire,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        func demand(_ operation: OperationName, _ arguments: [String], _ text: String = "OK") throws(TransportError) {
            let command = RedisCommand(operation: operation, arguments: arguments, deadline: deadline)
            switch try wire.ask(command) {
            case .success(.status(text)): break
            // A user without the right to ask for a sign of life has got one.
            case .failure(let error) where error.code == .accessRefused && text == "PONG": break
            case .failure(let error): throw error
            case .success: throw .redis(.otherKind, operation: operation)
            }
        }
        if let login {
            try demand(TransportError.loginOperation, ["AUTH"] + (login.user.map { [$0] } ?? []) + [login.password])
        }
        if database > 0 { try demand("redis.select", ["SELECT", String(database)]) }
        try demand("redis.ping", ["PING"], "PONG")
    }
}
