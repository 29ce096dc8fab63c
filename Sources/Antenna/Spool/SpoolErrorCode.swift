import Telemetry

/// The kinds of failure of the spool.
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

    /// All but what is wrong with a file itself passes when somebody makes room or repairs the disk.
    package var isUsuallyRetriable: Bool { self != .damaged && self != .untrusted }
}
