/// An end to looking at something that others may draw out for ever.
enum TimeLimit {
    /// Does something, and gives it up after a time; it has to end when it is cancelled.
    ///
    /// - Returns: What it came to; nil when it did not within the time.
    static func result<Value: Sendable>(
        within limit: Duration,
        of body: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                // Cut short only by the end of the other.
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
