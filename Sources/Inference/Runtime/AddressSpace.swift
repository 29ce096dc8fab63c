import Glibc
import Telemetry

/// How much address space the process may take (`ulimit -v`).
///
/// ONNX Runtime ends the process when it runs out of it in the wrong place: while it cleans up after not getting memory, for instance. So there
/// has to be some from the start; a group's limit of memory, which is what operators want, is not counted in address space.
package enum AddressSpace {
    /// Enough for the library, its threads and small models.
    static let least = 1 << 30

    /// Sees that there is enough; to be asked before threads and buffers are made.
    ///
    /// - Throws: `libraryUnusable` that says what to do.
    package static func require() throws(InferenceError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < least else { return }
        throw InferenceError(
            .libraryUnusable,
            operation: OperationName("library.load", "ONNX Runtime"),
            message:
                "no more than \(limit.rlim_cur >> 20) MiB of address space may be taken here, and it ends the process when it runs out. "
                + "Lift the limit (ulimit -v), and limit the memory of a control group instead"
        )
    }
}
