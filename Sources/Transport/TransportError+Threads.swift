import Concurrency
import Telemetry

extension TransportError {
    /// A connection that has no thread to live on.
    init(_ shortage: SystemThread.Shortage, operation: OperationName) {
        self.init(.outOfMemory, operation: operation, message: shortage.description, nativeCode: shortage.nativeCode)
    }
}

/// Starts the thread of a connection.
func startThread(
    name: String,
    stackBytes: Int = 8 << 20,
    operation: OperationName,
    _ body: @escaping @Sendable () -> Void
) throws(TransportError) {
    do throws(SystemThread.Shortage) {
        try SystemThread.start(name: name, stackBytes: stackBytes, body)
    } catch {
        throw TransportError(error, operation: operation)
    }
}
