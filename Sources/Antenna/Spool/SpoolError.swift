internal import Glibc
package import Telemetry

/// A failure of the spool; the native code is `errno`, if a system call failed.
package typealias SpoolError = OperationError<SpoolErrorCode>

extension SpoolError {
    /// The error for a file or folder that is not as the spool makes them.
    static func untrusted(_ what: String) -> SpoolError {
        SpoolError(.untrusted, operation: "spool.open", message: "\(what), so it is not used")
    }

    /// The error of a system call, from `errno`.
    init(errno number: Int32, operation: OperationName, path: String) {
        self.init(
            [ENOSPC, EDQUOT].contains(number) ? .diskFull : .fileSystem,
            operation: operation,
            message: "\(path): \(String(cString: strerror(number)))",
            nativeCode: number
        )
    }

    /// Whether another start finds the folder as it is: somebody else's, on a disk that is read-only, or a file.
    package var isLasting: Bool {
        code == .untrusted || (operation == Self.opening && Self.lasting.contains(nativeCode ?? 0))
    }

    private static let opening: OperationName = "spool.open"
    private static let lasting = [EACCES, EPERM, EROFS, ENOTDIR]

    /// The error of a folder that cannot be used, with what to do about one that stays so.
    var onOpening: SpoolError {
        guard let number = nativeCode, Self.lasting.contains(number) else { return self }
        return SpoolError(
            code,
            operation: Self.opening,
            message: "\(message); choose another folder with --spool, or give this one to the worker's user",
            nativeCode: number
        )
    }

    /// Whether the file itself is the reason, so that it is not to be used.
    var isAboutTheFile: Bool { !isRetriable }

    /// Whether the file is not there (any more).
    var isMissingFile: Bool { nativeCode == ENOENT }
    /// Whether the file is there already, and not ours to touch.
    var isExistingFile: Bool { nativeCode == EEXIST }
}
