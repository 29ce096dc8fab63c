import Concurrency
import Foundation
import Logging
import Telemetry

/// The loop of the thread of one connection, from the first connect to the close.
///
/// Confined to that thread. One round: take the commands of callers, take what has arrived, send what there is room for, wait for
/// either. Nothing in a round blocks except connecting, when there is nothing to serve anyway.
final class AMQPLoop {
    /// One consumer and how far it has come on the present channel.
    struct ConsumerEntry {
        enum Phase { case idle, asked, established }
        let consumer: AMQPConsumer
        let prefetch: UInt16
        let arguments: [String: AMQPValue]
        /// Who waits for the first success.
        var request: UInt64?
        var phase = Phase.idle
    }

    /// Requests that the loop makes by itself.
    enum Purpose {
        case topology(AMQPDeclaration)
        case prefetch
        case consume(consumerTag: String)
    }

    /// A message of which a part is sent.
    struct Partial {
        let publish: AMQPPublish
        var offset = 0
    }

    /// The channels; a fault on one leaves the others alone.
    enum Role: Int, CaseIterable {
        case control
        case publish
        case consume
        var number: UInt16 { UInt16(rawValue + 1) }
    }

    let configuration: AMQPConfiguration
    let mailbox: AMQPMailbox
    let logger: Logger
    let backoff: Backoff
    var generator: any RandomNumberGenerator & Sendable
    /// The events since the login; nil before one.
    var session: Session?
    /// Since when publishes are refused, and none was taken.
    var refusedSince: ContinuousClock.Instant?
    /// When the latest alarm ended.
    var unblockedAt: ContinuousClock.Instant?
    var channels: [AMQPChannelStateMachine]
    var openings: UInt64 = 0
    var consumers: [String: ConsumerEntry] = [:]
    var topology: [AMQPDeclaration] = []
    var purposes: [UInt64: Purpose] = [:]
    /// Callers who wait, by request.
    var asked: [UInt64: AMQPRequest] = [:]
    var pending = LaneQueue<AMQPPublish>()
    var partial: Partial?
    /// Answers to deliveries, for each channel.
    var answers = Role.allCases.map { _ in AMQPSettlementWindow() }
    var unconfirmedCloses: [UInt16] = []
    var restoring = 0
    var isBlocked = false
    var isClosing = false
    var isCloseConfirmed = false
    var mustConfirmClose = false
    var fault: TransportError?
    let warnings: ThrottledLog

    init(
        configuration: AMQPConfiguration,
        mailbox: AMQPMailbox,
        backoff: Backoff,
        generator: any RandomNumberGenerator & Sendable,
        logger: Logger,
        warnings: ThrottledLog
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.backoff = backoff
        self.generator = generator
        self.logger = logger
        self.warnings = warnings
        channels = Role.allCases.map { role in
            AMQPChannelStateMachine(
                number: role.number,
                confirms: role == .publish,
                timeout: configuration.rpcTimeout,
                messageLimit: configuration.deliveryLimit
            )
        }
    }

    /// Serves callers and the broker until the connection ends.
    func serve(_ wire: AMQPWire) throws(TransportError) {
        var closeDeadline: ContinuousClock.Instant?
        var (isReadable, mayHaveMore) = (true, false)
        while true {
            takeCommands()
            let now = ContinuousClock.now
            if isReadable || mayHaveMore { mayHaveMore = try receive(wire) }
            try wire.beat(now: now)
            if isCloseConfirmed { return }
            let needsRoom = try send(wire)
            if isClosing, answers.allSatisfy(\.isEmpty) {
                if closeDeadline == nil {
                    try wire.sendClose(isAnswer: false)
                    closeDeadline = now + .seconds(2)
                }
                if let closeDeadline, now >= closeDeadline { return }
            }
            if let late = channels.compactMap(\.deadline).min(), late <= now {
                throw TransportError(
                    .timedOut,
                    operation: "broker.ask",
                    message: "the broker did not answer a request within \(configuration.rpcTimeout)"
                )
            }
            try lookAfterConfirms(now: now)
            // Half a second at most: that is when a heartbeat is due where they agreed on the shortest interval.
            isReadable =
                Poll.wait(
                    socket: wire.socket,
                    writing: needsRoom,
                    wakeUp: mailbox.wakeUp,
                    until: mayHaveMore ? now : now + .milliseconds(500),
                    unless: { mailbox.commands.hasNews }
                ).isReadable
        }
    }

    /// Takes what has arrived, at most so much that writing is not starved; says whether there may be more.
    private func receive(_ wire: AMQPWire) throws(TransportError) -> Bool {
        for _ in 0..<256 {
            let wasBlocked = isBlocked
            let hadFrame = try wire.receive { handle($0) }
            if wasBlocked != isBlocked {
                wire.limitUnacknowledged(isBlocked ? nil : configuration.heartbeat * 2)
            }
            if let fault {
                self.fault = nil
                if mustConfirmClose { try? wire.sendClose(isAnswer: true) }
                mustConfirmClose = false
                throw fault
            }
            if !hadFrame || !wire.hasReceivedMore { return false }
        }
        return true
    }

    /// Settles all that depended on the connection; what was not sent yet stays, but for requests, which somebody waits for.
    func lost(_ error: TransportError) {
        for index in channels.indices {
            perform(channels[index].connectionLost(error), on: index)
            perform(channels[index].abandonWaiting(error), on: index)
            closeDeliveries(ofChannelAt: index)
        }
        (session, refusedSince, unblockedAt) = (nil, nil, nil)
        purposes = [:]
        restoring = 0
        partial = nil
        unconfirmedCloses = []
        suspendConsumers(error)
    }

    /// The deliveries of a channel that is gone can be answered no more.
    func closeDeliveries(ofChannelAt index: Int) {
        mailbox.withLedger { $0.closed(channel: UInt16(index + 1)) }
        answers[index] = AMQPSettlementWindow()
    }
}
