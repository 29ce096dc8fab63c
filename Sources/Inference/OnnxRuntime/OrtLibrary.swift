import COnnxRuntime
import Glibc
import Telemetry

/// Finds and opens ONNX Runtime's shared library.
///
/// The library is never closed: sessions of the whole process depend on it.
struct OrtLibrary {
    /// The library's own version, such as `1.17.3`.
    let version: String
    /// Where it was found, also when the loader found it by its name.
    let path: String
    let table: OrtTable

    /// Opens the first library that can be opened.
    ///
    /// `ORT_DYLIB_PATH` is an order, not a hint: when it is set nothing else is tried.
    static func open(environment: [String: String], searchRoots: [String]) throws(InferenceError) -> OrtLibrary {
        if let path = environment[pathVariable], !path.isEmpty {
            switch load(path) {
            case .success(let symbol): return try OrtLibrary(path: path, symbol: symbol)
            case .failure(let failure):
                throw notFound(tried: [failure.text], hint: "\(pathVariable) must name the library's file")
            }
        }
        var tried: [String] = []
        for path in loaderNames + searchRoots.flatMap(candidates(under:)) {
            switch load(path) {
            case .success(let symbol): return try OrtLibrary(path: path, symbol: symbol)
            case .failure(let failure): tried.append(failure.text)
            }
        }
        let roots = searchRoots.map { "\($0)/.deps" }.joined(separator: ", ")
        throw notFound(
            tried: tried + ["no library under \(roots)"],
            hint: "run scripts/setup, or `pip install onnxruntime` and set \(pathVariable) to its libonnxruntime.so"
        )
    }

    private static let pathVariable = "ORT_DYLIB_PATH"

    private static let loaderNames = ["libonnxruntime.so", "libonnxruntime.so.1"]
    private static let fileName = "libonnxruntime.so*"

    private init(path: String, symbol: UnsafeMutableRawPointer) throws(InferenceError) {
        let base = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<OrtApiBase>?).self)()
        guard let base else {
            throw InferenceError(
                .libraryUnusable,
                operation: OperationName("library.load", path),
                message: "it has no function table"
            )
        }
        version = String(cString: base.pointee.GetVersionString())
        guard let table = base.pointee.GetApi(UInt32(ORT_TABLE_VERSION)) else {
            throw InferenceError(
                .libraryUnusable,
                operation: OperationName("library.load", path),
                message: "ONNX Runtime \(version) does not serve version \(ORT_TABLE_VERSION) of its interface; "
                    + "1.17 or newer is needed"
            )
        }
        self.path = ort_library_file(symbol).map { String(cString: $0) } ?? path
        self.table = OrtTable(table)
    }

    private struct LoadFailure: Error {
        let text: String
    }

    private static func load(_ path: String) -> Result<UnsafeMutableRawPointer, LoadFailure> {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return .failure(loaderFailure(path)) }
        guard let symbol = dlsym(handle, "OrtGetApiBase") else {
            dlclose(handle)
            return .failure(LoadFailure(text: "\(path): no ONNX Runtime library (it lacks OrtGetApiBase)"))
        }
        return .success(symbol)
    }

    private static func loaderFailure(_ path: String) -> LoadFailure {
        let text = dlerror().map { String(cString: $0) } ?? "cannot be opened"
        return LoadFailure(text: text.contains(path) ? text : "\(path): \(text)")
    }

    private static func notFound(tried: [String], hint: String) -> InferenceError {
        InferenceError(
            .libraryNotFound,
            operation: OperationName("library.load", "ONNX Runtime"),
            message: "tried \(tried.joined(separator: "; ")). To fix it: \(hint)"
        )
    }

    // The layouts of a release archive, of a virtual environment, and of `pip install --target`.
    static func candidates(under root: String) -> [String] {
        [
            "onnxruntime*/lib*",
            "lib/python3*/site-packages/onnxruntime/capi",
            "*/lib/python3*/site-packages/onnxruntime/capi",
            "onnxruntime/capi",
            "*/onnxruntime/capi",
        ].flatMap { LibrarySearch.files(matching: "\(root)/.deps/\($0)/\(fileName)") }
    }
}
