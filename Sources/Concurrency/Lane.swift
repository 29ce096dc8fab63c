/// How a piece of work waits: first because somebody waits for it, or in turn because it is one of many.
package enum Lane: String, Sendable, Hashable, CaseIterable {
    /// Somebody waits for it.
    case interactive
    /// One of many.
    case batch

    /// The lane of the work that the calling task does.
    ///
    /// Like a trace context it goes along with a task through all that it waits for: places, memory, threads.
    @TaskLocal package static var current = Lane.batch

    /// The places of the interactive lane beyond a limit, so that it need not wait for work under way: a quarter of it, at least one.
    package static func spare(beyond limit: Int) -> Int { max(1, limit / 4) }
}
