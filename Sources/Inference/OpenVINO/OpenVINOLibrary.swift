import COpenVINO
import Glibc
import Telemetry

/// Finds and opens OpenVINO's shared library.
///
/// The library is never closed: sessions of the whole process depend on it, and it has threads of its own.
struct OpenVINOLibrary {
    /// The release, such as `2026.4.1`.
    let version: String
    /// Where it was found.
    let path: String
    let table: OpenVINOTable

    /// Opens the first library that can be opened.
    ///
    /// `OPENVINO_DYLIB_PATH` is an order, not a hint: when it is set nothing else is tried.
    ///
    /// - Throws: `libraryNotFound`, `libraryUnusable`.
    static func open(environment: [String: String], searchRoots: [String]) throws(InferenceError) -> OpenVINOLibrary {
        let paths =
            if let path = environment[pathVariable], !path.isEmpty {
                [path]
            } else {
                searchRoots.flatMap(candidates(under:)) + loaderNames
            }
        var tried: [String] = []
        for path in paths {
            if let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) {
                return try OpenVINOLibrary(path: path, handle: handle)
            }
            tried.append(dlerror().map { String(cString: $0) } ?? path)
        }
        throw InferenceError(
            .libraryNotFound,
            operation: OperationName("library.load", "OpenVINO"),
            message: "tried \(tried.joined(separator: "; ")). To fix it: run scripts/setup --openvino, "
                + "or `pip install openvino` and set \(pathVariable) to its libopenvino_c.so"
        )
    }

    private static let pathVariable = "OPENVINO_DYLIB_PATH"
    private static let loaderNames = ["libopenvino_c.so"]

    private init(path: String, handle: UnsafeMutableRawPointer) throws(InferenceError) {
        let operation = OperationName("library.load", path)
        // Zeroed memory is no table: it is looked at only once every function was found.
        let made = UnsafeMutablePointer<OpenVINOTable>.allocate(capacity: 1)
        defer { made.deallocate() }
        if let missing = openvino_find_functions(handle, made) {
            throw InferenceError(
                .libraryUnusable,
                operation: operation,
                message: "it lacks \(String(cString: missing)), so it is no OpenVINO that serves what is needed"
            )
        }
        table = made.pointee
        version = Self.release(of: table)
        guard (Int(version.prefix { $0 != "." }) ?? 0) >= Self.oldestYear else {
            throw InferenceError(
                .libraryUnusable,
                operation: operation,
                message:
                    "OpenVINO \(version) numbers the kinds of elements in another way; \(Self.oldestYear).0 or newer is needed"
            )
        }
        self.path = openvino_library_file(made).map { String(cString: $0) } ?? path
    }

    /// Release 2025.0 numbered `ov_element_type_e` anew.
    private static let oldestYear = 2025

    /// The release out of a build number such as `2026.4.1-22982-abcdef-releases/2026/4`.
    private static func release(of table: OpenVINOTable) -> String {
        let version = UnsafeMutablePointer<ov_version_t>.allocate(capacity: 1)
        defer { version.deallocate() }
        guard table.get_openvino_version(version) == 0 else { return "unknown" }
        defer { table.version_free(version) }
        return String(String(cString: version.pointee.buildNumber).prefix { $0 != "-" })
    }

    /// The layouts of a virtual environment, of `pip install --target`, and of a bundle.
    static func candidates(under root: String) -> [String] {
        [
            "openvino/lib*",
            "lib/python3*/site-packages/openvino/libs",
            "*/lib/python3*/site-packages/openvino/libs",
            "*/openvino/libs",
        ].flatMap { LibrarySearch.files(matching: "\(root)/.deps/\($0)/libopenvino_c.so*") }
    }
}
