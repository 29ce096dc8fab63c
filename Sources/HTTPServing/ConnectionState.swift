internal import NIOCore

/// Where one connection stands, and how long that may last.
///
/// It is told what happens and when; it neither waits nor closes anything. A client's requests may come before the answers to earlier ones are
/// written (pipelining), so both are counted.
struct ConnectionState {
    /// How a connection stands, for the choice of the one that makes room.
    enum Standing: Equatable {
        /// It has no whole request in hand, since then.
        case waits(since: NIODeadline)
        /// It waits for its client to read, since then.
        case writes(since: NIODeadline)
        /// A request of its is being answered.
        case works
    }

    private let limits: HTTPServerLimits
    private var heads = 0
    private var answers = 0
    private var isInBody = false
    private var bodyBytes = 0
    /// Bytes that came since the parser last made something of them.
    private var unparsedBytes = 0
    private var pendingWrites = 0
    /// When the present wait for a head, or the present body, began.
    private var began: NIODeadline
    private var heard: NIODeadline
    private var wrote: NIODeadline
    private var inputEnded: NIODeadline?
    private var outputEnded: NIODeadline?

    init(limits: HTTPServerLimits, now: NIODeadline) {
        self.limits = limits
        began = now
        heard = now
        wrote = now
    }

    // MARK: What comes in

    /// Bytes have come, of which the parser has not made anything yet.
    mutating func received(bytes: Int, now: NIODeadline) {
        // The first byte of a further request: its head has its own time from here.
        if isWaitingForHead, heads > 0, unparsedBytes == 0 { began = now }
        unparsedBytes += bytes
        heard = now
    }

    /// Whether more bytes have come than a head, or what stands between two pieces of a body, may be long.
    var hasTooManyUnparsedBytes: Bool { unparsedBytes > limits.headBytes }

    /// A head has come.
    mutating func receivedHead(now: NIODeadline) {
        heads += 1
        isInBody = true
        bodyBytes = 0
        unparsedBytes = 0
        began = now
    }

    /// Whether more requests wait than one connection may have.
    var hasTooManyRequests: Bool { heads - answers > limits.requestsWaiting + 1 }

    /// A piece of a body has come.
    mutating func receivedBody(bytes: Int) {
        unparsedBytes = 0
        bodyBytes += bytes
    }

    /// Whether the present body has become longer than one may be.
    var hasTooLongBody: Bool { bodyBytes > limits.bodyBytes }

    /// A request is whole.
    mutating func receivedEnd(now: NIODeadline) {
        isInBody = false
        unparsedBytes = 0
        began = now
    }

    /// The client will send nothing more.
    mutating func endedInput(now: NIODeadline) {
        inputEnded = inputEnded ?? now
    }

    // MARK: What goes out

    /// A piece of an answer waits to be sent.
    mutating func willWrite(now: NIODeadline) {
        if pendingWrites == 0 { wrote = now }
        pendingWrites += 1
    }

    /// A piece of an answer has been handed to the system.
    mutating func didWrite(now: NIODeadline) {
        pendingWrites -= 1
        wrote = now
    }

    /// An answer is whole.
    mutating func answered(now: NIODeadline) {
        answers += 1
        // Also for a body behind it, which nobody has read so far.
        began = now
        heard = now
    }

    /// Nothing more will be sent.
    mutating func endedOutput(now: NIODeadline) {
        outputEnded = outputEnded ?? now
    }

    /// The number of the request that the next head of an answer belongs to, from 1.
    var numberOfNextAnswer: Int { answers + 1 }
    /// The number of the request whose head came last, from 1.
    var numberOfLastRequest: Int { heads }

    // MARK: What follows

    private var isWaitingForHead: Bool { !isInBody && heads <= answers }
    /// Further requests behind the one that is being answered are not read while it is.
    private var isReadingBody: Bool { isInBody && heads <= answers + 1 }

    /// When the connection is to be closed if nothing happens before.
    var deadline: NIODeadline? {
        var deadlines: [NIODeadline] = []
        if let outputEnded { deadlines.append(outputEnded + .init(limits.closePatience)) }
        if let inputEnded, pendingWrites == 0 { deadlines.append(inputEnded + .init(limits.idlePatience)) }
        if pendingWrites > 0 {
            deadlines.append(wrote + .init(limits.writePatience))
        } else if isReadingBody {
            deadlines.append(began + .init(limits.bodyPatience))
            deadlines.append(heard + .init(limits.idlePatience))
        } else if isWaitingForHead {
            let hasBegun = heads == 0 || unparsedBytes > 0
            deadlines.append(began + .init(hasBegun ? limits.headPatience : limits.idlePatience))
        }
        return deadlines.min()
    }

    var standing: Standing {
        if pendingWrites > 0 { return .writes(since: wrote) }
        return isWaitingForHead || isReadingBody || outputEnded != nil ? .waits(since: began) : .works
    }
}
