import Antenna
import Foundation

/// Whether the spool can be written.
enum FolderCheck {
    /// - Parameters:
    ///   - spool: The spool's folder.
    ///   - maximumBytes: What may wait there.
    /// - Returns: A section of one finding.
    static func section(spool: String, maximumBytes: Int) -> CheckReport.Section {
        CheckReport.Section(title: "Folders", findings: [finding(spool: spool, maximumBytes: maximumBytes)])
    }

    /// Whose a spool is that root looks at and that is not root's: it is a worker's, which has a user of its own.
    private static func rootSeesOwner(of spool: String) -> Int? {
        guard geteuid() == 0 else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: spool).resolvingSymlinksInPath().path
        )
        let owner = (attributes?[.ownerAccountID] as? NSNumber)?.intValue
        return owner == 0 ? nil : owner
    }

    /// Looks at the folder when it is there, else at the nearest one above it that is, and writes a file that has no name.
    private static func finding(spool: String, maximumBytes: Int) -> CheckReport.Finding {
        let remedy = "Choose another folder with --spool, or make this one writable for the user that runs the worker."
        let manager = FileManager.default
        var place = URL(fileURLWithPath: spool).standardizedFileURL
        while !manager.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        var isDirectory: ObjCBool = false
        guard manager.fileExists(atPath: place.path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return .missing("Spool", "\(place.path) is a file, not a folder", remedy: remedy)
        }
        guard manager.isWritableFile(atPath: place.path) else {
            return .missing("Spool", "\(place.path) cannot be written", remedy: remedy)
        }
        let owner = rootSeesOwner(of: spool)
        if owner == nil, let mistrust = Spool.mistrust(of: spool) {
            return .missing(
                "Spool",
                mistrust,
                remedy:
                    "What lies there is posted with the token. Give it to the user that runs the worker: chown -R, chmod -R go-rwx."
            )
        }
        let usage = Spool.usage(of: spool) ?? (entries: 0, bytes: 0)
        let found =
            usage.entries == 0
            ? "" : "\(usage.entries) results lie there, \(usage.bytes) of \(maximumBytes) bytes"
        guard usage.bytes < maximumBytes else {
            return .missing(
                "Spool",
                "is full, so no tasks are taken: \(found)",
                remedy:
                    "See why they cannot be posted (the worker's log; \(spool)/refused holds Antenna's answers); what was "
                    + "set aside is yours to delete."
            )
        }
        if let problem = DiskSpace.writingProblem(in: place.path) {
            let isFull = [ENOSPC, EDQUOT].contains { problem == String(cString: strerror($0)) }
            return .missing(
                "Spool",
                "\(place.path) cannot be written: \(problem)",
                remedy: isFull ? "Make room there, or choose a folder on another disk with --spool." : remedy
            )
        }
        let wanted = maximumBytes - usage.bytes
        if let free = DiskSpace.free(in: place.path), free < wanted {
            let prefix = found.isEmpty ? "" : "\(found); "
            let (free, wanted) = (NumberText.bytes(free), NumberText.bytes(wanted))
            return .note(
                "Spool",
                "\(prefix)\(free) are free on the disk of \(place.path), and \(wanted) more may be kept there",
                remedy:
                    "Make room, choose another disk with --spool, or lower --spool-max-bytes: a full disk stops the worker."
            )
        }
        guard found.isEmpty else {
            return .note("Spool", found, remedy: "They are posted once Antenna takes them, or a worker starts again.")
        }
        if let owner {
            return .note(
                "Spool",
                "\(place.path) belongs to user \(owner): well, if the worker runs as that user",
                remedy: "Root may look at every spool; to be sure, run this as the user that runs the worker."
            )
        }
        let exists = place.path == URL(fileURLWithPath: spool).standardizedFileURL.path
        return .good("Spool", exists ? "\(place.path) can be written" : "will be made in \(place.path)")
    }
}
