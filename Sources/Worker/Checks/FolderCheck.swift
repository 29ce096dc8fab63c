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

    /// Looks without making anything: the folder when it is there, else the nearest one above it that is.
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
        if let mistrust = Spool.mistrust(of: spool) {
            return .missing(
                "Spool",
                mistrust,
                remedy:
                    "What lies there is posted with the token. Give it to the user that runs the worker: chown -R, chmod -R go-rwx."
            )
        }
        if let usage = Spool.usage(of: spool), usage.entries > 0 {
            let found = "\(usage.entries) results lie there, \(usage.bytes) of \(maximumBytes) bytes"
            guard usage.bytes < maximumBytes else {
                return .missing(
                    "Spool",
                    "is full, so no tasks are taken: \(found)",
                    remedy:
                        "See why they cannot be posted (the worker's log; \(spool)/refused holds Antenna's answers); what was "
                        + "set aside is yours to delete."
                )
            }
            return .note("Spool", found, remedy: "They are posted once Antenna takes them, or a worker starts again.")
        }
        let exists = place.path == URL(fileURLWithPath: spool).standardizedFileURL.path
        return .good("Spool", exists ? "\(place.path) can be written" : "will be made in \(place.path)")
    }
}
