import Glibc
import Synchronization

/// The sessions of a device, by their files, for as long as somebody holds them.
///
/// Pipelines share graphs: all ten published ones have the same detector. Each file is loaded once, and goes with the last
/// pipeline that uses it.
package final class SharedSessions: Sendable {
    private struct Key: Hashable {
        let path: String
        let options: SessionOptions
    }

    private struct Entry {
        weak var session: (any InferenceSession)?
    }

    private let entries = Mutex<[Key: Entry]>([:])

    private let loaded: @Sendable (any InferenceSession, Duration) -> Void

    /// Starts empty.
    ///
    /// - Parameter loaded: Told of every file that is loaded, and how long that took.
    package init(loaded: @escaping @Sendable (any InferenceSession, Duration) -> Void = { _, _ in }) {
        self.loaded = loaded
    }

    /// The session of a file, loaded when nobody has it.
    ///
    /// Two callers at once may both load it; the later one's is kept.
    /// - Throws: what loading throws.
    func session(
        path: String,
        options: SessionOptions,
        runtime: any InferenceRuntime
    ) throws(InferenceError) -> any InferenceSession {
        let key = Key(path: canonicalPath(path), options: options)
        if let session = entries.withLock({ $0[key]?.session }) { return session }
        let began = ContinuousClock.now
        let session = try runtime.makeSession(path: path, options: options)
        loaded(session, began.duration(to: .now))
        entries.withLock { $0[key] = Entry(session: session) }
        return session
    }
}

/// The path without `..` and links, so that one file has one name; as it is where there is no such file.
func canonicalPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
}
