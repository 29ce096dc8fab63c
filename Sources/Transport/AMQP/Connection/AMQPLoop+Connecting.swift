import Concurrency
import Logging
import Telemetry

/// From one connection to the next: which address, how long to wait, and when one that stands is as good as lost.
extension AMQPLoop {
    /// The events since a login.
    struct Session {
        let since: ContinuousClock.Instant
        /// Whether the broker has confirmed a publish.
        var hasWorked = false
    }

    /// Runs until the connection is closed for good.
    func run() {
        var addresses = HostAddresses(configuration.hosts, limit: configuration.connectTimeout, generator: generator)
        var attempt = 0
        /// The error of a round in which no address could be used.
        var telling: TransportError?
        while !isClosing {
            do throws(TransportError) {
                let address = try addresses.next()
                mailbox.use(address: address.description)
                let wire = try AMQPWire(configuration.renewed(), at: address, patience: addresses.patience)
                addresses.loggedIn()
                telling = nil
                begin(at: address)
                try serve(wire)
            } catch {
                let wasLoggedIn = session != nil
                let worst = Self.moreTelling(telling, error)
                if hasWorked { attempt = 0 }
                lost(error)
                guard !isClosing else { break }
                if !wasLoggedIn, !addresses.isRoundOver {
                    logger.info(
                        "An address of RabbitMQ cannot be used; trying the next one",
                        metadata: [LogKey.error: "\(error)", LogKey.address: "\(mailbox.address ?? "")"]
                    )
                    telling = worst
                    takeCommands()
                    continue
                }
                telling = nil
                mailbox.enter(.reconnecting(worst))
                report(worst, wasLoggedIn: wasLoggedIn, attempt: attempt)
                attempt += 1
                pause(for: backoff.delay(failures: attempt, using: &generator))
            }
        }
        lost(AMQPMailbox.closed)
        for entry in consumers.values { entry.consumer.deliveries.finish() }
        mailbox.close()
    }

    /// Of two addresses' errors the one of the address that at least answered.
    private static func moreTelling(_ earlier: TransportError?, _ error: TransportError) -> TransportError {
        switch error.code {
        case .refused, .connectFailed, .nameResolution: earlier ?? error
        default: error
        }
    }

    /// Whether the session was one that justifies to be back at once.
    ///
    /// A login alone proves nothing: a broker at a limit of the user's channels lets in and throws out, as often as one comes.
    private var hasWorked: Bool {
        guard let session else { return false }
        return session.hasWorked || ContinuousClock.now - session.since >= backoff.most
    }

    private func begin(at address: HostAddress) {
        isBlocked = false
        session = Session(since: .now)
        for declaration in topology {
            restoring += 1
            request(.declare(declaration), on: .control, for: .topology(declaration))
        }
        mailbox.enter(.connected)
        logger.info(
            "Connected to RabbitMQ",
            metadata: [LogKey.broker: "\(configuration)", LogKey.address: "\(address)"]
        )
    }

    /// Says what happened; of attempts that end alike only some.
    private func report(_ error: TransportError, wasLoggedIn: Bool, attempt: Int) {
        let metadata: Logger.Metadata = [
            LogKey.error: "\(error)", LogKey.attempt: "\(attempt + 1)", LogKey.broker: "\(configuration)",
            LogKey.address: "\(mailbox.address ?? "")",
        ]
        if wasLoggedIn {
            // Two that declare the same at the same moment may be thrown out with this; the next attempt finds it declared.
            let isRace = error.nativeCode == 541 && attempt == 0
            logger.log(
                level: isRace ? .info : .warning,
                "The connection to RabbitMQ is lost; connecting again",
                metadata: metadata
            )
        } else if error.code == .authentication {
            warnings.note("RabbitMQ refuses user and password; trying again", level: .error, metadata)
        } else if error.code == .tls {
            warnings.note("No trusted TLS connection to RabbitMQ; trying again", level: .error, metadata)
        } else if error.code == .accessRefused {
            // The virtual host, the user's rights to it, or a limit of connections: it was reached, and has said why.
            warnings.note("RabbitMQ refuses the connection; trying again", level: .error, metadata)
        } else {
            warnings.note("RabbitMQ cannot be reached; trying again", metadata)
        }
    }

    /// Ends a connection whose confirms are late, and opens the channel anew that only refuses.
    func lookAfterConfirms(now: ContinuousClock.Instant) throws(TransportError) {
        let index = Role.publish.rawValue
        if let refusedSince, now - refusedSince >= configuration.refusalPatience, partial == nil {
            self.refusedSince = nil
            channels[index].renew()
        }
        // An alarm keeps the broker from reading what is on its way to it.
        guard !isBlocked, let sent = channels[index].oldestUnconfirmed else { return }
        guard now - max(sent, unblockedAt ?? sent) >= configuration.confirmTimeout else { return }
        throw TransportError(
            .timedOut,
            operation: "message.publish",
            message: "the broker did not confirm a message within \(configuration.confirmTimeout)"
        )
    }

    /// Waits before the next attempt, but not when the connection is closed meanwhile.
    private func pause(for delay: Duration) {
        let end = ContinuousClock.now + delay
        while !isClosing, ContinuousClock.now < end {
            _ = Poll.wait(
                socket: -1,
                writing: false,
                wakeUp: mailbox.wakeUp,
                until: end,
                unless: { mailbox.commands.hasNews }
            )
            takeCommands()
            pending.removeAll { !mailbox.isAwaited(publish: $0.id) }
        }
    }
}
