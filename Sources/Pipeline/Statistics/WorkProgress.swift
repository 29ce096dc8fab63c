import Synchronization

/// How many tasks are in each part of the way, and how many have gone through: what tells a slow worker from a stuck one.
package final class WorkProgress: Sendable {
    /// A part of the way: so many tasks in it, so many gone through since the start.
    package final class Part: Sendable {
        private let entered = Atomic(0)
        private let left = Atomic(0)

        init() {}

        /// Tasks in this part now.
        package var held: Int {
            // In this order: a task that leaves in between counts as held a moment longer, and never as less than nothing.
            let left = left.load(ordering: .acquiring)
            return entered.load(ordering: .acquiring) - left
        }

        /// Tasks that have gone through, however they fared.
        package var passed: Int { left.load(ordering: .relaxed) }

        /// Counts a task in for as long as `body` takes.
        func pass<Value>(_ body: () async throws -> Value) async rethrows -> Value {
            entered.add(1, ordering: .relaxed)
            defer { left.add(1, ordering: .releasing) }
            return try await body()
        }
    }

    /// From the source to decoded pixels: cache, fetch, memory, decode.
    package let image = Part()
    /// From pixels to insects, the wait for a batch included.
    package let inference = Part()
    /// From a result to its acknowledgement.
    package let settlement = Part()

    /// Starts empty.
    package init() {}

    /// Tasks in all parts now.
    package var held: Int { image.held + inference.held + settlement.held }
}
