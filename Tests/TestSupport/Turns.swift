/// Waits until something is so, and counts the turns of a tenth of a second that this took.
///
/// For what has to happen within a time: while a machine stands still, or gives this process no turn, nobody's time runs.
///
/// - Parameters:
///   - limit: After how many turns it is given up.
///   - condition: Whether it is so.
/// - Returns: How many turns it took.
/// - Throws: `CancellationError`, and what `condition` throws.
package func turns(atMost limit: Int, until condition: () async throws -> Bool) async throws -> Int {
    var turns = 0
    while turns < limit, try await !condition() {
        turns += 1
        try await Task.sleep(for: .milliseconds(100))
    }
    return turns
}
