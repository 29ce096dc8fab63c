import COnnxRuntime
import Telemetry

/// ONNX Runtime's function table with its errors turned into `InferenceError`.
///
/// `@unchecked Sendable`: the table is constant and lives as long as the library, which is never unloaded.
struct OrtTable: @unchecked Sendable {
    private let table: UnsafePointer<OrtApi>

    init(_ table: UnsafePointer<OrtApi>) {
        self.table = table
    }

    var api: OrtApi {
        _read { yield table.pointee }
    }

    /// Throws the error that a call answered, and frees it.
    ///
    /// - Parameters:
    ///   - result: What the call answered.
    ///   - operation: What was done.
    ///   - failure: What a failure means that says nothing of its own; as in a run when left out.
    /// - Throws: The error.
    func check(
        _ result: OpaquePointer?,
        _ operation: @autoclosure () -> OperationName,
        failure: InferenceError.Code? = nil
    ) throws(InferenceError) {
        guard let status = result else { return }
        defer { api.ReleaseStatus(status) }
        let native = api.GetErrorCode(status)
        let text = String(cString: api.GetErrorMessage(status))
        throw InferenceError(
            OrtTable.code(native: native, text: text, failure: failure),
            operation: operation(),
            message: text,
            nativeCode: native
        )
    }

    /// Calls a function that makes an object, and owns what it made.
    func make(
        _ operation: @autoclosure () -> OperationName,
        failure: InferenceError.Code? = nil,
        release: @escaping @convention(c) (OpaquePointer?) -> Void,
        _ call: (UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
    ) throws(InferenceError) -> OrtHandle {
        var made: OpaquePointer?
        try check(call(&made), operation(), failure: failure)
        guard let made else {
            throw InferenceError(.runFailed, operation: operation(), message: "ONNX Runtime gave nothing back")
        }
        return OrtHandle(made, release: release)
    }

    // Codes of `OrtErrorCode`; running out of memory has none of its own and is known by its text.
    private static func code(native: Int32, text: String, failure: InferenceError.Code?) -> InferenceError.Code {
        let lowered = text.lowercased()
        let signs = [
            "failed to allocate", "out of memory", "bad_alloc", "cannot allocate memory", "mmap failed",
            // A thread that could not be started.
            "resource temporarily unavailable",
        ]
        if signs.contains(where: lowered.contains) {
            return .outOfMemory
        }
        return switch native {
        case 2: failure ?? .invalidInput
        case 3, 4, 7, 10: .invalidModel
        case 11: .deviceUnavailable
        default: failure ?? .runFailed
        }
    }
}
