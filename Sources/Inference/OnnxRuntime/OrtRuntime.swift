import COnnxRuntime
import Glibc
package import Logging
import Synchronization
import Telemetry

/// ONNX Runtime, loaded once for the process.
///
/// It stays until the process ends: sessions may outlive every other owner, and unloading a library with threads of its
/// own is not safe.
package final class OrtRuntime: InferenceRuntime {
    package let name = "ONNX Runtime"
    package let version: String
    package let libraryPath: String
    // It has a model's weights twice while it reads them; with three at once that would be the most that a worker ever takes.
    package let opensSideBySide = false
    /// The execution providers this build of the library brings, such as `CPUExecutionProvider`.
    package let providers: [String]

    let table: OrtTable
    let environment: OrtEnvironment

    private static let shared = Mutex<OrtRuntime?>(nil)

    /// Loads ONNX Runtime, or gives back what an earlier call loaded.
    ///
    /// It looks in `ORT_DYLIB_PATH`, on the loader's path, and in `.deps/` beside the executable and in the package it was built from.
    /// ONNX Runtime's own messages go to `logger` at debug level. A failure is not remembered: the next call tries again.
    package static func load(
        environment: [String: String],
        logger: Logger
    ) throws(InferenceError) -> OrtRuntime {
        try shared.withLock { runtime throws(InferenceError) in
            if let runtime { return runtime }
            try AddressSpace.require()
            forbidTelemetry()
            let library = try OrtLibrary.open(
                environment: environment,
                searchRoots: LibrarySearch.roots()
            )
            let loaded = try OrtRuntime(library: library, logger: logger)
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
        providers = try OrtRuntime.availableProviders(table)
    }

    package func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
        try OrtSession(path: path, options: options, runtime: self)
    }

    package func checkAvailability(of options: SessionOptions) throws(InferenceError) {
        _ = try options.makeHandle(self)
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
