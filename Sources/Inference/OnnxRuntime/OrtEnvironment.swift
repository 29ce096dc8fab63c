import COnnxRuntime
import Logging
import Telemetry

/// The environment all sessions share.
///
/// `@unchecked Sendable`: `OrtEnv` guards itself; this class never changes after `init`.
final class OrtEnvironment: @unchecked Sendable {
    private let handle: OrtHandle

    init(table: OrtTable, logger: Logger) throws(InferenceError) {
        // The sink is given away for good: ONNX Runtime may log until the process ends.
        let sink = Unmanaged.passRetained(LogSink(logger: logger)).toOpaque()
        handle = try table.make(OperationName("runtime.start", "ONNX Runtime"), release: table.api.ReleaseEnv) { made in
            table.api.CreateEnvWithCustomLogger(receiveLogMessage, sink, warningSeverity, "antenna-worker", made)
        }
        // What the variable is for some builds, this is for others.
        try table.check(
            table.api.DisableTelemetryEvents(handle.pointer),
            OperationName("runtime.start", "ONNX Runtime without telemetry")
        )
        try shareMemory(table)
    }

    /// Has all sessions take the memory of their runs on a processor from one place.
    ///
    /// An engine runs one model at a time, so what the detector is done with serves the classifiers (docs/performance.md).
    private func shareMemory(_ table: OrtTable) throws(InferenceError) {
        let operation = OperationName("runtime.start", "ONNX Runtime with one memory for all models")
        let info = try table.make(operation, release: table.api.ReleaseMemoryInfo) { made in
            // OrtArenaAllocator, OrtMemTypeDefault.
            table.api.CreateCpuMemoryInfo(1, 0, made)
        }
        try table.check(table.api.CreateAndRegisterAllocator(handle.pointer, info.pointer, nil), operation)
    }

    var pointer: OpaquePointer { handle.pointer }
}

private let warningSeverity: Int32 = 2

private final class LogSink: Sendable {
    let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }
}

// A C function pointer, hence a global function.
private func receiveLogMessage(
    sink: UnsafeMutableRawPointer?,
    severity: Int32,
    category: UnsafePointer<CChar>,
    logID: UnsafePointer<CChar>,
    location: UnsafePointer<CChar>,
    message: UnsafePointer<CChar>
) {
    guard let sink else { return }
    Unmanaged<LogSink>.fromOpaque(sink).takeUnretainedValue().logger.debug(
        "ONNX Runtime says",
        metadata: [LogKey.ortSeverity: "\(severity)", LogKey.ortMessage: "\(String(cString: message))"]
    )
}
