/// The server's answer to a command.
enum RedisReply: Sendable, Equatable {
    case status(String)
    case integer(Int64)
    case null
    /// A value that went where the caller wanted it, with its size.
    case value(Int)
    /// A value kept here, as nobody gave a place for it.
    case bytes([UInt8])
}
