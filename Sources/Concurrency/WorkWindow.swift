/// The places of the work in hand, each lane's its own: work that somebody waits for never waits for a place of the many.
package struct WorkWindow: Sendable {
    private let batch: Budget
    private let interactive: Budget

    /// Makes a window with nothing in hand.
    ///
    /// - Parameter limit: Places of the many; the interactive lane has a quarter as many beside them.
    package init(limit: Int) {
        batch = Budget(limit: limit)
        interactive = Budget(limit: Lane.spare(beyond: limit))
    }

    /// The most that are in hand, of both lanes.
    package var limit: Int { batch.limit + interactive.limit }

    /// Runs `body` in a task of its own for each element, as ``Budget/forEach(_:perform:)`` does, lane beside lane.
    ///
    /// - Parameters:
    ///   - next: The next element of a lane, or nil at its end.
    ///   - body: Works on it, in its lane.
    package func forEach<Element: Sendable>(
        _ next: @escaping @Sendable (Lane) async -> Element?,
        perform body: @escaping @Sendable (Element) async -> Void
    ) async {
        await withDiscardingTaskGroup { lanes in
            for (lane, places) in [(Lane.interactive, interactive), (.batch, batch)] {
                lanes.addTask {
                    await Lane.$current.withValue(lane) {
                        await places.forEach({ await next(lane) }, perform: body)
                    }
                }
            }
        }
    }
}
