internal import Glibc

/// What went wrong in the spool.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    package enum Code: String, Sendable, Hashable, CaseIterable {
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
    }

    /// What failed.
    package let code: Code
    /// `errno`, if a system call failed.
    package let nativeCode: Int32?
    /// What was being done, for instance `spool.write`.
    package let operation: String
    /// One sentence for people.
    package let message: String

    /// Whether it may succeed later: all but what is wrong with a file itself passes when somebody makes room or mends the disk.
    package var isRetriable: Bool { !isAboutTheFile }

    /// Whether the file itself is the reason, so that it is not to be used.
    var isAboutTheFile: Bool { code == .damaged || code == .untrusted }

    init(_ code: Code, operation: String, message: String, nativeCode: Int32? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.nativeCode = nativeCode
    }

    /// The error for a file or folder that is not as the spool makes them.
    static func untrusted(_ what: String) -> SpoolError {
        SpoolError(.untrusted, operation: "spool.open", message: "\(what), so it is not used")
    }

    /// The error of a system call, from `errno`.
    init(errno number: Int32, operation: String, path: String) {
        self.init(
            [ENOSPC, EDQUOT].contains(number) ? .diskFull : .fileSystem,
            operation: operation,
            message: "\(path): \(String(cString: strerror(number)))",
            nativeCode: number
        )
    }

    /// The operation, the sentence, and the native code if there is one.
    package var description: String {
        let native = nativeCode.map { ", errno \($0)" } ?? ""
        return "\(operation): \(message) (\(code.rawValue)\(native))"
    }
}

extension SpoolError {
    /// Whether the file is not there (any more).
    var isMissingFile: Bool { nativeCode == ENOENT }
    /// Whether the file is there already, and not ours to touch.
    var isExistingFile: Bool { nativeCode == EEXIST }
}
