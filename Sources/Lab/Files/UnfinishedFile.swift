import Glibc
import Synchronization
import Worker

/// A file that has its name only once it is whole: half of it nobody could read, and one that was there before stays until then.
///
/// It is written as `NAME.unfinished`, which is removed when the last copy of this goes.
struct UnfinishedFile: Sendable {
    private let path: String
    private let place: TemporaryPlace
    private var file: GrowingFile

    /// Makes the unfinished file.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        place = TemporaryPlace(path: "\(path).unfinished")
        file = try GrowingFile(place.path)
    }

    /// Writes at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ bytes: [UInt8]) throws(CommandFailure) { try file.append(bytes) }

    /// Writes text at the end.
    ///
    /// - Throws: `CommandFailure` that says why it cannot be written.
    mutating func append(_ text: String) throws(CommandFailure) { try file.append(text) }

    /// Gives the file its name.
    ///
    /// - Throws: `CommandFailure` that says why it cannot have it.
    func finish() throws(CommandFailure) {
        guard rename(place.path, path) == 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        place.isKept.store(true, ordering: .relaxed)
    }

    /// Reads from the beginning what was written, in pieces.
    ///
    /// - Throws: `CommandFailure` when it cannot be read; what `body` throws.
    func forEachPiece(_ body: ([UInt8]) throws(CommandFailure) -> Void) throws(CommandFailure) {
        let descriptor = open(place.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        while true {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 20) { bytes, initialized in
                count = read(descriptor, bytes.baseAddress, bytes.count)
                initialized = max(0, count)
            }
            guard count >= 0 else { throw unreadable() }
            if count == 0 { return }
            try body(piece)
        }
    }

    private func unreadable() -> CommandFailure {
        CommandFailure("\(place.path) cannot be read: \(String(cString: strerror(errno))).")
    }
}

/// Removes what is at a path, unless it is kept.
private final class TemporaryPlace: Sendable {
    let path: String
    let isKept = Atomic(false)

    init(path: String) {
        self.path = path
    }

    deinit {
        if !isKept.load(ordering: .relaxed) { unlink(path) }
    }
}
