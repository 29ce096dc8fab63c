package import Concurrency
import Foundation

/// Reads the bytes of a task's image from a file of this machine.
///
/// For commands that are given files. A worker never reads a file because a task says so.
package struct FileFetcher: ImageFetching {
    private let threads: BlockingPool
    private let maximumBytes: Int

    /// Makes a fetcher.
    ///
    /// - Parameters:
    ///   - threads: Where files are read.
    ///   - maximumBytes: The largest file that is read.
    package init(threads: BlockingPool, maximumBytes: Int) {
        self.threads = threads
        self.maximumBytes = maximumBytes
    }

    /// Reads a file.
    ///
    /// - Parameter path: Relative to the working directory.
    /// - Returns: The file, at least one byte.
    /// - Throws: `TaskFailure` with the reason for people, or `CancellationError`.
    package func fetch(_ path: String) async throws -> [UInt8] {
        let maximumBytes = self.maximumBytes
        return try await threads.run { try Self.read(path, maximumBytes: maximumBytes) }
    }

    private static func read(_ path: String, maximumBytes: Int) throws(TaskFailure) -> [UInt8] {
        // Without waiting: a named pipe that nobody writes to must not hold the thread.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw systemFailure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemFailure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("it is no regular file") }
        let size = Int(status.st_size)
        guard size > 0 else { throw failure("it is empty") }
        guard size <= maximumBytes else {
            throw failure("its \(size) bytes are more than the limit of \(maximumBytes)")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = bytes.withUnsafeMutableBytes { memory in
                let rest = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
                return Foundation.read(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw systemFailure() }
            guard count > 0 else { throw failure("it became shorter while it was read") }
            filled += count
        }
        return bytes
    }

    private static func systemFailure() -> TaskFailure {
        failure(String(cString: strerror(errno)))
    }

    private static func failure(_ reason: String) -> TaskFailure {
        TaskFailure(stage: .fetch, message: "The image could not be read: \(reason)")
    }
}
