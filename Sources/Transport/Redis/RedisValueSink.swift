/// Where the bytes of the value under way go: to the caller's memory, to an array, or nowhere when the caller gave no place.
///
/// Confined to the connection's thread; holds no bytes of a caller beyond the command they belong to.
struct RedisValueSink {
    private enum Target {
        case none
        case lent(UnsafeMutableRawBufferPointer)
        case array([UInt8])
        case refused(TransportError)
    }

    /// Values without a place are answers such as that to `INFO`.
    private static let arrayLimit = 1 << 20

    private var target = Target.none
    private var size = 0
    private var filled = 0

    /// Asks the command for a place.
    mutating func begin(size: Int, command: RedisCommand) {
        self.size = size
        filled = 0
        guard let place = command.place else {
            target =
                size <= Self.arrayLimit
                ? .array([]) : .refused(Self.error(command, "the answer has \(size) bytes", nil))
            return
        }
        do {
            let memory = try place(size)
            target =
                memory.count == size
                ? .lent(memory)
                : .refused(Self.error(command, "the place has \(memory.count) bytes and the value \(size)", nil))
        } catch {
            target = .refused(Self.error(command, "the caller refused a value of \(size) bytes", error))
        }
    }

    /// The part of the caller's memory that is still to be filled, at most `left` bytes; empty when bytes must pass by here.
    func rest(_ left: Int) -> UnsafeMutableRawBufferPointer {
        guard case .lent(let memory) = target, left > 0 else {
            return UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[filled..<filled + left])
    }

    /// Notes bytes that the kernel wrote to ``rest(_:)``.
    mutating func advance(_ count: Int) {
        filled += count
    }

    /// Takes bytes that were received together with others.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        switch target {
        case .lent(let memory):
            UnsafeMutableRawBufferPointer(rebasing: memory[filled...]).copyMemory(from: bytes)
        case .array(var array):
            target = .none
            array.append(contentsOf: bytes)
            target = .array(array)
        case .none, .refused:
            break
        }
        filled += bytes.count
    }

    /// Ends the value.
    mutating func end() -> Result<RedisReply, TransportError> {
        defer { target = .none }
        switch target {
        case .array(let array): return .success(.bytes(array))
        case .refused(let error): return .failure(error)
        case .lent, .none: return .success(.value(size))
        }
    }

    private static func error(_ command: RedisCommand, _ message: String, _ cause: (any Error)?) -> TransportError {
        TransportError(.tooLarge, operation: command.operation, message: message, underlying: cause)
    }
}
