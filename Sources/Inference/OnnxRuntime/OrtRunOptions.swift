import COnnxRuntime
import Telemetry

/// The options of one run, by which another thread ends it; the next run has its own.
///
/// `@unchecked Sendable`: ONNX Runtime's flag is made to be set while a run looks at it, and nothing else changes after `init`.
final class OrtRunOptions: @unchecked Sendable {
    private let handle: OrtHandle
    private let table: OrtTable

    init(table: OrtTable, _ operation: OperationName) throws(InferenceError) {
        self.table = table
        handle = try table.make(operation, release: table.api.ReleaseRunOptions) { table.api.CreateRunOptions($0) }
    }

    var pointer: OpaquePointer { handle.pointer }

    /// Has the run end before its next operator.
    func terminate() {
        // It fails for no options alone, and these are some.
        if let status = table.api.RunOptionsSetTerminate(pointer) { table.api.ReleaseStatus(status) }
    }
}
