/// A frame from the broker about the connection as a whole.
enum AMQPConnectionFrame {
    case closed(code: UInt16, reason: String)
    case closeConfirmed
    case blocked(reason: String)
    case unblocked
    case unexpected(method: UInt32)
}
