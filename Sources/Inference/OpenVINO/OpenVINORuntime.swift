import COpenVINO
import Glibc
import Synchronization
import Telemetry

/// OpenVINO, loaded once for the process, with its plugin for processors.
///
/// It stays until the process ends, as ``OrtRuntime`` does. It runs on processors of AMD as on those of Intel.
///
/// `@unchecked Sendable`: `ov_core_t` guards itself, the table is constant, and this class never changes after `init`.
package final class OpenVINORuntime: InferenceRuntime, @unchecked Sendable {
    package let name = "OpenVINO"
    package let version: String
    package let libraryPath: String
    // It compiles for a second.
    package let opensSideBySide = true
    /// The precisions that the processor has units for, in the words of OpenVINO, such as `FP32` and `BF16`.
    let capabilities: [String]

    let table: OpenVINOTable
    private let core: OpenVINOHandle

    private static let shared = Mutex<OpenVINORuntime?>(nil)
    private static let plugin = "CPU"

    /// Loads OpenVINO, or gives back what an earlier call loaded.
    ///
    /// It looks in `OPENVINO_DYLIB_PATH`, in `.deps/` beside the executable and in the package it was built from, and on the loader's path.
    /// A failure is not remembered: the next call tries again.
    ///
    /// - Throws: `libraryNotFound`, `libraryUnusable`; `deviceUnavailable` when the plugin for processors is missing.
    package static func load(environment: [String: String]) throws(InferenceError) -> OpenVINORuntime {
        try shared.withLock { runtime throws(InferenceError) in
            if let runtime { return runtime }
            try AddressSpace.require()
            let loaded = try OpenVINORuntime(
                library: OpenVINOLibrary.open(environment: environment, searchRoots: LibrarySearch.roots())
            )
            runtime = loaded
            return loaded
        }
    }

    private init(library: OpenVINOLibrary) throws(InferenceError) {
        table = library.table
        version = library.version
        libraryPath = library.path
        let operation = OperationName("runtime.start", "OpenVINO")
        core = try table.make(operation, release: library.table.core_free) { library.table.core_create($0) }
        capabilities = try table.text(OperationName("device.use", "cpu:openvino")) {
            [core = core.pointer, table = library.table] in
            table.core_get_property(core, Self.plugin, "OPTIMIZATION_CAPABILITIES", $0)
        }
        .split(whereSeparator: { " ,".contains($0) }).map(String.init)
    }

    package func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
        try OpenVINOSession(path: path, options: options, runtime: self)
    }

    package func checkAvailability(of options: SessionOptions) throws(InferenceError) {
        guard options.precision == .full || capabilities.contains("BF16") else {
            throw InferenceError(
                .deviceUnavailable,
                operation: OperationName("device.use", "\(options.device) at half precision"),
                message:
                    "this processor has no units for bfloat16 (avx512_bf16 or amx_bf16); use inference.precision = full"
            )
        }
    }

    /// Reads a model and compiles it for the processor, or takes what was kept of it.
    ///
    /// What is wrong with the folder of compiled models is no reason to do without the model.
    func compile(path: String, options: SessionOptions) throws(InferenceError) -> CompiledModel {
        try checkAvailability(of: options)
        // Its own message about a missing file is a list of formats.
        guard access(path, R_OK) == 0 else {
            throw InferenceError(
                .invalidModel,
                operation: OperationName("model.load", path),
                message: "File doesn't exist or cannot be read"
            )
        }
        guard let folder = options.cache else {
            return CompiledModel(handle: try compile(path, options, cache: nil), origin: .file)
        }
        var reason = ModelCache.obstacle(in: folder)
        if reason == nil {
            // Held until the model is there: what another process is writing is no model yet.
            let lock = ModelCacheLock(folder: folder, model: path)
            defer { withExtendedLifetime(lock) {} }
            let cache = ModelCache(folder: folder)
            do throws(InferenceError) {
                let handle = try compile(path, options, cache: folder)
                let origin = cache.origin(isLoaded: isLoadedFromCache(handle), library: libraryPath)
                return CompiledModel(handle: handle, origin: origin)
            } catch {
                guard error.code == .invalidModel else { throw error }
                reason = error.message
            }
        }
        return CompiledModel(
            handle: try compile(path, options, cache: nil),
            origin: .notKept(reason: reason ?? "\(folder) cannot be used", remedy: ModelCache.remedy)
        )
    }

    private func compile(
        _ path: String,
        _ options: SessionOptions,
        cache: String?
    ) throws(InferenceError) -> OpenVINOHandle {
        let operation = OperationName("model.load", path)
        var properties = [
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            // Said for full precision, too: left to itself OpenVINO takes bfloat16 where the processor has it.
            "INFERENCE_PRECISION_HINT": options.precision == .full ? "f32" : "bf16",
            // Decoding has threads on the same cores.
            "ENABLE_CPU_PINNING": "NO",
        ]
        if options.intraOpThreads > 0 { properties["INFERENCE_NUM_THREADS"] = "\(options.intraOpThreads)" }
        if let cache { properties["CACHE_DIR"] = cache }
        let keys = CStringTable(Array(properties.keys))
        let values = CStringTable(Array(properties.values))
        return try table.make(operation, failure: .invalidModel, release: table.compiled_model_free) { made in
            keys.withPointer { keys in
                values.withPointer { values in
                    let pairs = (0..<properties.count).map { OpenVINOProperty(key: keys[$0], value: values[$0]) }
                    return withUnsafePointer(to: table) { table in
                        openvino_compile(table, core.pointer, path, Self.plugin, pairs, pairs.count, made)
                    }
                }
            }
        }
    }

    private func isLoadedFromCache(_ model: borrowing OpenVINOHandle) -> Bool {
        let compiled = model.pointer
        let answer = try? table.text(OperationName("model.describe", "a compiled model")) {
            table.compiled_model_get_property(compiled, "LOADED_FROM_CACHE", $0)
        }
        return answer == "YES"
    }
}
