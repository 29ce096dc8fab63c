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

    private static let choice =
        "Choose another folder with --spool, or make this one writable for the user that runs the worker."

    private static func finding(spool: String, maximumBytes: Int) -> CheckReport.Finding {
        let place = nearestPlace(to: spool)
        let owner = ownerSeenByRoot(of: spool)
        if let fault = fault(of: place, spool: spool, isForeign: owner != nil) { return fault }
        let usage = Spool.usage(of: spool) ?? (entries: 0, bytes: 0)
        let found =
            usage.entries == 0 ? "" : "\(usage.entries) results lie there, \(usage.bytes) of \(maximumBytes) bytes"
        guard usage.bytes < maximumBytes else {
            return .missing(
                "Spool",
                "is full, so no tasks are taken: \(found)",
                remedy:
                    "See why they cannot be posted (the worker's log; \(spool)/refused holds Antenna's answers); what was "
                    + "set aside is yours to delete."
            )
        }
        if let fault = diskFault(at: place, wanted: maximumBytes - usage.bytes, found: found) { return fault }
        guard found.isEmpty else {
            return .note("Spool", found, remedy: "They are posted once Antenna takes them, or a worker starts again.")
        }
        if let owner {
            return .note(
                "Spool",
                "\(place) belongs to user \(owner): well, if the worker runs as that user",
                remedy: "Root may look at every spool; to be sure, run this as the user that runs the worker."
            )
        }
        let exists = place == URL(fileURLWithPath: spool).standardizedFileURL.path
        return .good("Spool", exists ? "\(place) can be written" : "will be made in \(place)")
    }

    /// The spool's folder when it is there, else the nearest one above it that is.
    private static func nearestPlace(to spool: String) -> String {
        var place = URL(fileURLWithPath: spool).standardizedFileURL
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        return place.path
    }

    /// The user who owns a spool that root looks at and that is not root's: a worker has a user of its own.
    private static func ownerSeenByRoot(of spool: String) -> Int? {
        guard geteuid() == 0 else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: spool).resolvingSymlinksInPath().path
        )
        let owner = (attributes?[.ownerAccountID] as? NSNumber)?.intValue
        return owner == 0 ? nil : owner
    }

    /// What is wrong with the place itself; nil when nothing is.
    private static func fault(of place: String, spool: String, isForeign: Bool) -> CheckReport.Finding? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory), isDirectory.boolValue else {
            return .missing("Spool", "\(place) is a file, not a folder", remedy: choice)
        }
        guard FileManager.default.isWritableFile(atPath: place) else {
            return .missing("Spool", "\(place) cannot be written", remedy: choice)
        }
        guard !isForeign, let mistrust = Spool.mistrust(of: spool) else { return nil }
        return .missing(
            "Spool",
            mistrust,
            remedy:
                "What lies there is posted with the token. Give it to the user that runs the worker: chown -R, chmod -R go-rwx."
        )
    }

    /// What is wrong with the disk, as a file that has no name shows and what is free there; nil when nothing is.
    private static func diskFault(at place: String, wanted: Int, found: String) -> CheckReport.Finding? {
        if let problem = DiskSpace.writingProblem(in: place) {
            let isFull = [ENOSPC, EDQUOT].contains { problem == String(cString: strerror($0)) }
            return .missing(
                "Spool",
                "\(place) cannot be written: \(problem)",
                remedy: isFull ? "Make room there, or choose a folder on another disk with --spool." : choice
            )
        }
        guard let free = DiskSpace.free(in: place), free < wanted else { return nil }
        let prefix = found.isEmpty ? "" : "\(found); "
        return .note(
            "Spool",
            "\(prefix)\(NumberText.bytes(free)) are free on the disk of \(place), and \(NumberText.bytes(wanted)) more may be kept there",
            remedy:
                "Make room, choose another disk with --spool, or lower --spool-max-bytes: a full disk stops the worker."
        )
    }
}
