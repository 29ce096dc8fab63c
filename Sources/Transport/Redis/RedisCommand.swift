import Telemetry

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

    /// The bytes before and behind a value of this size, as Redis wants them.
    func frame(around size: Int) -> (head: [UInt8], tail: [UInt8]) {
        func written(_ arguments: some Sequence<String>) -> String {
            arguments.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        }
        let head = "*\(arguments.count + 1)\r\n\(written(arguments.prefix(2)))$\(size)\r\n"
        return (Array(head.utf8), Array("\r\n\(written(arguments.dropFirst(2)))".utf8))
    }
}
