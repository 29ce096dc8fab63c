import Synchronization

/// What a command is answered with.
enum RedisReply: Sendable, Equatable {
    case status(String)
    case integer(Int64)
    case null
    /// A value that went where the caller wanted it, with its size.
    case value(Int)
    /// A value kept here, as nobody gave a place for it.
    case bytes([UInt8])
}

/// Memory of the caller that the connection's thread may read until the command is over.
///
/// `@unchecked` because of the pointers: the caller suspends until the thread has let go of them, so nobody else touches the
/// memory meanwhile; reading by both is harmless.
struct LentBytes: @unchecked Sendable {
    let parts: [UnsafeRawBufferPointer]
}

/// A command with what becomes of its answer.
///
/// Made by a caller, afterwards confined to the connection's thread until `finish` is called.
struct RedisCommand: Sendable {
    typealias Place = @Sendable (Int) throws -> UnsafeMutableRawBufferPointer

    let operation: String
    /// The arguments up to the lent ones, already written as Redis wants them.
    let head: [UInt8]
    /// The bytes of the argument that is lent, with its length written at the end of `head`.
    let lent: LentBytes
    /// What follows the lent argument.
    let tail: [UInt8]
    /// Asked for a place once the size of a value is known; the memory must have that size and last until `finish`.
    let place: Place?
    /// Whether it belongs to making the connection.
    let isLogin: Bool
    let deadline: ContinuousClock.Instant
    let finish: @Sendable (Result<RedisReply, TransportError>) -> Void

    /// Writes the arguments; a lent one takes the place of `nil`, of which there is one at most.
    init(
        operation: String,
        arguments: [String?],
        lent: LentBytes = LentBytes(parts: []),
        place: Place? = nil,
        isLogin: Bool = false,
        deadline: ContinuousClock.Instant,
        finish: @escaping @Sendable (Result<RedisReply, TransportError>) -> Void
    ) {
        var head = Array("*\(arguments.count)\r\n".utf8)
        var tail: [UInt8] = []
        var isAfterLent = false
        for argument in arguments {
            if let argument {
                let written = Array("$\(argument.utf8.count)\r\n\(argument)\r\n".utf8)
                if isAfterLent { tail += written } else { head += written }
            } else {
                head += Array("$\(lent.parts.reduce(0) { $0 + $1.count })\r\n".utf8)
                tail += [13, 10]
                isAfterLent = true
            }
        }
        self.operation = operation
        self.head = head
        self.lent = lent
        self.tail = tail
        self.place = place
        self.isLogin = isLogin
        self.deadline = deadline
        self.finish = finish
    }

    /// The number of bytes to send.
    var size: Int { head.count + lent.parts.reduce(0) { $0 + $1.count } + tail.count }

    /// Lends the bytes from `offset` on as pieces for one gathering write.
    func withPieces<Value>(from offset: Int, _ body: ([UnsafeRawBufferPointer]) -> Value) -> Value {
        head.withUnsafeBytes { head in
            tail.withUnsafeBytes { tail in
                var skipped = offset
                var pieces: [UnsafeRawBufferPointer] = []
                for piece in [head] + lent.parts + [tail] {
                    if skipped < piece.count {
                        pieces.append(UnsafeRawBufferPointer(rebasing: piece.dropFirst(skipped)))
                    }
                    skipped = max(0, skipped - piece.count)
                }
                return body(pieces)
            }
        }
    }
}
