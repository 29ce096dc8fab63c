import Telemetry

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

    var count: Int { parts.reduce(0) { $0 + $1.count } }
}

/// A command with what becomes of its answer.
///
/// Made by a caller, afterwards confined to the connection's thread until `finish` is called.
struct RedisCommand: Sendable {
    typealias Place = @Sendable (Int) throws -> UnsafeMutableRawBufferPointer

    let operation: OperationName
    let arguments: [String]
    /// An argument that stands third and is sent from the caller's memory.
    var value: LentBytes?
    /// Asked for a place once the size of a value is known; the memory must have that size and last until `finish`.
    var place: Place?
    let deadline: ContinuousClock.Instant
    var finish: @Sendable (Result<RedisReply, TransportError>) -> Void = { _ in }

    /// What is sent before and behind a value of this size, as Redis wants it.
    func frame(around size: Int) -> (head: [UInt8], tail: [UInt8]) {
        func written(_ arguments: some Sequence<String>) -> String {
            arguments.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        }
        let head = "*\(arguments.count + 1)\r\n\(written(arguments.prefix(2)))$\(size)\r\n"
        return (Array(head.utf8), Array("\r\n\(written(arguments.dropFirst(2)))".utf8))
    }
}
