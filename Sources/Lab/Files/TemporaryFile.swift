import Glibc
import Synchronization
import Worker

/// A file that is removed when the last reference to this goes, unless it was given another name.
final class TemporaryFile: Sendable {
    let path: String
    private let isKept = Atomic(false)

    /// Takes charge of what is, or will be, at a path.
    init(path: String) {
        self.path = path
    }

    deinit {
        if !isKept.load(ordering: .relaxed) { unlink(path) }
    }

    /// Gives it a name that stays.
    ///
    /// - Throws: `CommandFailure` that says why it cannot have it.
    func rename(to name: String) throws(CommandFailure) {
        guard Glibc.rename(path, name) == 0 else {
            throw CommandFailure("\(name) cannot be written: \(String(cString: strerror(errno))).")
        }
        isKept.store(true, ordering: .relaxed)
    }

    /// Reads it from its beginning, in pieces.
    ///
    /// - Throws: `CommandFailure` when it cannot be read; what `body` throws.
    func forEachPiece(_ body: ([UInt8]) throws(CommandFailure) -> Void) throws(CommandFailure) {
        let file = try InputFile(path)
        var offset = 0
        while true {
            let piece = try file.read(1 << 20, at: offset)
            if piece.isEmpty { return }
            offset += piece.count
            try body(piece)
        }
    }
}
