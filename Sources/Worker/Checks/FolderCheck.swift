import Antenna
import Foundation

/// Whether the spool can be written.
enum FolderCheck {
    static func section(spool: String) -> CheckReport.Section {
        CheckReport.Section(title: "Folders", findings: [finding(spool: spool)])
    }

    /// Looks without making anything: the folder when it is there, else the nearest one above it that is.
    private static func finding(spool: String) -> CheckReport.Finding {
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
        let exists = place.path == URL(fileURLWithPath: spool).standardizedFileURL.path
        return .good("Spool", exists ? "\(place.path) can be written" : "will be made in \(place.path)")
    }
}
