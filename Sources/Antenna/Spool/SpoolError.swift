internal import Glibc
package import Telemetry

/// What went wrong in the spool; the native code is `errno`, if a system call failed.
package typealias SpoolError = OperationError<SpoolErrorCode>

/// What can fail in the spool.
package enum SpoolErrorCode: String, ErrorCode, CaseIterable {
    /// The spool's own limit is reached.
    case full
    /// The disk, or a quota, has no room left.
    case diskFull
    /// Any other failure of the file system.
    case fileSystem
    /// The entry is truncated, changed, or none of ours.
    case damaged
    /// A file or folder that somebody else may have made or changed.
    case untrusted

    package static var nativeName: String? { "errno" }

    /// All but what is wrong with a file itself passes when somebody makes room or mends the disk.
    package var isUsuallyRetriable: Bool { self != .damaged && self != .untrusted }
}

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

    /// Whether the file itself is the reason, so that it is not to be used.
    var isAboutTheFile: Bool { !isRetriable }

    /// Whether the file is not there (any more).
    var isMissingFile: Bool { nativeCode == ENOENT }
    /// Whether the file is there already, and not ours to touch.
    var isExistingFile: Bool { nativeCode == EEXIST }
}
