import Telemetry

/// Texts that AMQP carries with a length of one byte.
enum AMQPText {
    /// The most bytes of one.
    static let longest = 255

    static func check(_ text: String, operation: OperationName) throws(TransportError) {
        guard text.utf8.count <= longest else {
            throw TransportError(
                .tooLarge,
                operation: operation,
                message:
                    "a name or property of \(text.utf8.count) bytes where \(longest) are allowed: \(text.prefix(40))…"
            )
        }
    }
}
