import FoundationEssentials
import Glibc

/// The folder of compiled models as it is before a model is compiled, and what has changed there afterwards.
///
/// OpenVINO says nothing when it keeps no model, or cannot read what it has kept.
struct ModelCache {
    /// A file in which a compiled model is.
    private struct Entry: Hashable {
        let name: String
        let inode: UInt64
        let seconds: Int
        let nanoseconds: Int
    }

    private let folder: String
    private let before: Set<Entry>

    /// Looks at a folder; whoever compiles has its lock.
    init(folder: String) {
        self.folder = folder
        before = Self.entries(of: folder)
    }

    /// What to do about a folder that is of no use.
    static let remedy =
        "see that the user of the worker may write into the folder and that there is room for the models, or name "
        + "another one by --model-cache; what is in it may be deleted"

    /// Makes the folder where there is none.
    ///
    /// - Returns: Why it cannot be used, in a sentence; nil when it can. In one that is there and closed OpenVINO would end the process.
    static func obstacle(in folder: String) -> String? {
        if mkdir(folder, 0o700) != 0, errno == ENOENT {
            try? FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        var status = stat()
        guard stat(folder, &status) == 0 else {
            return "\(folder) is not there and cannot be made: \(String(cString: strerror(errno)))"
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(folder) is a file, not a folder" }
        guard access(folder, R_OK | X_OK) == 0 else {
            return "\(folder) cannot be read: \(String(cString: strerror(errno)))"
        }
        return nil
    }

    /// Tells what a model was made of by what has changed since.
    ///
    /// Models are compiled side by side, so a change may be another's; but what keeps one from being kept keeps all.
    ///
    /// - Parameters:
    ///   - isLoaded: Whether OpenVINO says that it was there.
    ///   - library: OpenVINO's file.
    /// - Returns: What it was made of.
    func origin(isLoaded: Bool, library: String) -> ModelOrigin {
        if isLoaded { return .cache }
        let written = Self.entries(of: folder).subtracting(before)
        guard !written.isEmpty else { return .notKept(reason: whyNothingIsWritten, remedy: Self.remedy) }
        let known = Set(before.map(\.name))
        guard written.contains(where: { known.contains($0.name) }) else { return .compiled(replacing: false) }
        let part = "libopenvino_ir_frontend.so"
        let place = library.lastIndex(of: "/").map { String(library[..<$0]) } ?? "."
        guard LibrarySearch.files(matching: "\(place)/\(part)*").isEmpty else { return .compiled(replacing: true) }
        return .notKept(
            reason: "what was kept of it cannot be read: there is no \(part) in \(place)",
            remedy: "put the one of the same release there, or install OpenVINO anew"
        )
    }

    private var whyNothingIsWritten: String {
        if access(folder, W_OK) != 0 { return "\(folder) cannot be written: \(String(cString: strerror(errno)))" }
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { return "OpenVINO wrote nothing into \(folder)" }
        let free = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue
        return "OpenVINO wrote nothing into \(folder), where \(free >> 20) MiB are free"
    }

    private static func entries(of folder: String) -> Set<Entry> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let entries = names.filter { $0.hasSuffix(".blob") }.compactMap { name -> Entry? in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return nil }
            return Entry(
                name: name,
                inode: UInt64(status.st_ino),
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec
            )
        }
        return Set(entries)
    }
}
