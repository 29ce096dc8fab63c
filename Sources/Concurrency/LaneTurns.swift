/// Whose turn it is, of two lanes that wait for the same.
///
/// Pure. The interactive lane goes first, and after three turns in a row that another had to wait for, that one has one: a
/// flood of interactive work takes three quarters, and never all.
package struct LaneTurns: Sendable {
    /// Turns of the interactive lane in a row while the other waits.
    package static let mostInARow = 3

    private var inARow = 0

    /// Begins with none taken.
    package init() {}

    /// Chooses the lane whose turn it is.
    ///
    /// - Parameters:
    ///   - interactive: Whether something waits in the interactive lane.
    ///   - batch: Whether something waits in the other.
    /// - Returns: The lane; nil when nothing waits.
    package func next(interactive: Bool, batch: Bool) -> Lane? {
        switch (interactive, batch) {
        case (true, true): inARow < Self.mostInARow ? .interactive : .batch
        case (true, false): .interactive
        case (false, true): .batch
        case (false, false): nil
        }
    }

    /// A turn was taken.
    ///
    /// - Parameters:
    ///   - lane: By whom.
    ///   - batchWaits: Whether the other lane waited meanwhile.
    package mutating func took(_ lane: Lane, batchWaits: Bool) {
        inARow = lane == .interactive && batchWaits ? inARow + 1 : 0
    }
}
