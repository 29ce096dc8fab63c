extension Budget {
    /// Runs `body` in a task of its own for each element, with at most as many at once as the budget has units.
    ///
    /// An element is asked for only when there is room for it. Returns when `next` has returned nil and every body has; a
    /// cancelled task asks for no more.
    ///
    /// - Parameters:
    ///   - next: The next element, or nil at the end.
    ///   - body: What is done with it.
    package func forEach<Element: Sendable>(
        _ next: () async -> Element?,
        perform body: @escaping @Sendable (Element) async -> Void
    ) async {
        await withDiscardingTaskGroup { tasks in
            while let place = await placeUnlessCancelled(), let element = await next() {
                tasks.addTask {
                    await body(element)
                    place.release()
                }
            }
        }
    }

    private func placeUnlessCancelled() async -> Reservation? {
        do {
            return try await reserve(1)
        } catch {
            // Cancelled: nothing more is taken.
            return nil
        }
    }
}
