/// Decides which pipelines' models are in memory.
///
/// Pure: it is told who is wanted and who is done with, and answers with whom to unload. The rules:
/// - Nothing that is in use is unloaded, nor what was wanted last.
/// - While the files of what is loaded are more than the limit, the idle pipeline goes that was wanted longest ago.
/// - A file that several pipelines share counts once. A pipeline larger than the limit is loaded all the same, alone: slow
///   is better than stuck.
package struct PipelineResidency: Sendable {
    private let files: [String: [String: Int]]
    private let limit: Int?
    /// Loaded or being loaded, the one wanted last at the end.
    private var resident: [String] = []
    private var users: [String: Int] = [:]

    /// Starts with nothing loaded.
    ///
    /// - Parameters:
    ///   - files: For each pipeline its files and their sizes in bytes.
    ///   - limit: Bytes of files that may be loaded; nil for no limit.
    package init(files: [String: [String: Int]], limit: Int?) {
        self.files = files
        self.limit = limit
    }

    /// Bytes of the files that are loaded, each counted once.
    package var residentBytes: Int {
        resident.reduce(into: [:]) { $0.merge(files[$1] ?? [:]) { first, _ in first } }.values.reduce(0, +)
    }

    /// A pipeline is wanted; it stays until it is released as often.
    package mutating func claim(_ slug: String) {
        users[slug, default: 0] += 1
        guard let place = resident.firstIndex(of: slug) else { return }
        resident.append(resident.remove(at: place))
    }

    /// A pipeline is about to be loaded.
    ///
    /// - Returns: Whom to unload before.
    package mutating func makeRoom(for slug: String) -> [String] {
        if !resident.contains(slug) { resident.append(slug) }
        return surplus()
    }

    /// The pipeline could not be loaded after all.
    package mutating func loadingFailed(_ slug: String) {
        resident.removeAll { $0 == slug }
    }

    /// Somebody who wanted a pipeline is done with it.
    ///
    /// - Returns: Whom to unload.
    package mutating func release(_ slug: String) -> [String] {
        users[slug, default: 1] -= 1
        return surplus()
    }

    private mutating func surplus() -> [String] {
        guard let limit else { return [] }
        var leaving: [String] = []
        while residentBytes > limit, let place = resident.dropLast().firstIndex(where: { users[$0, default: 0] == 0 }) {
            leaving.append(resident.remove(at: place))
        }
        return leaving
    }
}
