import Foundation

/// The room on a disk, and whether a file can be written there.
enum DiskSpace {
    /// `O_TMPFILE`, which Swift does not see.
    private static let namelessFile = 0x40_0000 | O_DIRECTORY

    /// The bytes that a user without special rights may still write in a folder; nil when the system does not say.
    static func free(in folder: String) -> Int? {
        var figures = statvfs()
        guard statvfs(folder, &figures) == 0 else { return nil }
        let (bytes, overflows) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return overflows ? Int.max : Int(clamping: bytes)
    }

    /// Why a small file cannot be kept in a folder, as the system says it; nil when it can.
    ///
    /// The file is gone afterwards, however this process ends: it never has a name where the file system knows that, and else is removed
    /// before it is written.
    static func writingProblem(in folder: String) -> String? {
        var descriptor = open(folder, namelessFile | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT {
            let path = "\(folder)/.antenna-worker-check-\(ProcessInfo.processInfo.processIdentifier)"
            descriptor = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0o600)
            if descriptor >= 0 { unlink(path) }
        }
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 0xA5, count: 64 << 10)
        let written = write(descriptor, bytes, bytes.count)
        // A disk takes what it has room for, and says why only to who comes with the rest.
        if written >= 0, written < bytes.count { return String(cString: strerror(ENOSPC)) }
        return written < 0 || fsync(descriptor) != 0 ? String(cString: strerror(errno)) : nil
    }
}
