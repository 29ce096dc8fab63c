import COnnxRuntime
package import Logging
import Synchronization
import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// ONNX Runtime, loaded once for the process.
///
/// It stays until the process ends: sessions may outlive every other owner, and unloading a library with threads of its
/// own is not safe.
package final class InferenceRuntime: Sendable {
    /// The library's version, such as `1.17.3`.
    package let version: String
    /// The file the library was loaded from; a bare name when the loader found it.
    package let libraryPath: String
    /// The execution providers this build of the library brings, such as `CPUExecutionProvider`.
    package let providers: [String]

    let table: OrtTable
    let environment: OrtEnvironment

    private static let shared = Mutex<InferenceRuntime?>(nil)

    /// Loads ONNX Runtime, or gives back what an earlier call loaded.
    ///
    /// It looks in `ORT_DYLIB_PATH`, on the loader's path, and in `.deps/` beside the executable and in the package it was built from.
    /// ONNX Runtime's own messages go to `logger` at debug level. A failure is not remembered: the next call tries again.
    package static func load(
        environment: [String: String],
        logger: Logger
    ) throws(InferenceError) -> InferenceRuntime {
        try shared.withLock { runtime throws(InferenceError) in
            if let runtime { return runtime }
            try AddressSpace.require()
            forbidTelemetry()
            let library = try OrtLibrary.open(
                environment: environment,
                searchRoots: OrtLibrary.defaultSearchRoots()
            )
            let loaded = try InferenceRuntime(library: library, logger: logger)
            runtime = loaded
            return loaded
        }
    }

    /// Keeps ONNX Runtime from telling its maker of this machine, and from keeping what it has to tell in the user's cache folder.
    ///
    /// Its own builds do both from 1.32 on unless this variable is there when they are loaded. To be called while there is one thread, as the
    /// environment of the process has no lock; later calls change nothing.
    package static func forbidTelemetry() {
        if getenv(telemetryVariable).map({ String(cString: $0) }) != "1" { setenv(telemetryVariable, "1", 1) }
    }

    private static let telemetryVariable = "ORT_DISABLE_TELEMETRY"

    private init(library: OrtLibrary, logger: Logger) throws(InferenceError) {
        table = library.table
        version = library.version
        libraryPath = library.path
        environment = try OrtEnvironment(table: table, logger: logger)
        providers = try InferenceRuntime.availableProviders(table)
    }

    private static func availableProviders(_ table: OrtTable) throws(InferenceError) -> [String] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>>?
        var count: Int32 = 0
        try table.check(
            table.api.GetAvailableProviders(&names, &count),
            OperationName("providers.list", "execution providers")
        )
        guard let names else { return [] }
        let list = (0..<Int(count)).map { String(cString: names[$0]) }
        try table.check(
            table.api.ReleaseAvailableProviders(names, count),
            OperationName("providers.list", "execution providers")
        )
        return list
    }
}

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
