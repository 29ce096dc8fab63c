import COpenVINO
import Telemetry

/// OpenVINO's functions with their statuses turned into `InferenceError`.
extension OpenVINOTable {
    /// Throws the error of a call that did not go well.
    ///
    /// OpenVINO keeps one last message for the whole process, so with several threads it may be another call's; the status is this one's.
    func check(
        _ status: OpenVINOStatus,
        _ operation: @autoclosure () -> OperationName,
        failure: InferenceError.Code = .runFailed
    ) throws(InferenceError) {
        guard status != 0 else { return }
        let text = lastMessage() ?? get_error_info(status).map { String(cString: $0) } ?? "status \(status)"
        let lowered = text.lowercased()
        let isOutOfMemory = ["bad_alloc", "out of memory", "cannot allocate memory", "failed to allocate"]
            .contains(where: lowered.contains)
        throw InferenceError(
            isOutOfMemory ? .outOfMemory : failure,
            operation: operation(),
            message: OpenVINOMessage.summary(of: text),
            nativeCode: status
        )
    }

    /// Calls a function that makes an object, and owns what it made.
    func make(
        _ operation: @autoclosure () -> OperationName,
        failure: InferenceError.Code = .runFailed,
        release: @escaping @convention(c) (OpaquePointer?) -> Void,
        _ call: (UnsafeMutablePointer<OpaquePointer?>) -> OpenVINOStatus
    ) throws(InferenceError) -> OpenVINOHandle {
        var made: OpaquePointer?
        try check(call(&made), operation(), failure: failure)
        guard let made else {
            throw InferenceError(.runFailed, operation: operation(), message: "OpenVINO gave nothing back")
        }
        return OpenVINOHandle(made, release: release)
    }

    /// Calls a function that makes a text, and frees it.
    func text(
        _ operation: @autoclosure () -> OperationName,
        _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> OpenVINOStatus
    ) throws(InferenceError) -> String {
        var made: UnsafeMutablePointer<CChar>?
        try check(call(&made), operation())
        guard let made else { return "" }
        defer { free_text(made) }
        return String(cString: made)
    }

    private func lastMessage() -> String? {
        guard let text = get_last_err_msg() else { return nil }
        defer { free_text(text) }
        // A call that only looks at its arguments leaves none.
        return text.pointee == 0 ? nil : String(cString: text)
    }
}
