/// Looks again and again until something is so: for what other tasks, threads or processes do, where there is nothing to wait on.
///
/// It ends with its task, as that of a test whose time is up is cancelled, and in any case after a while: a test that waits in vain must not
/// hold the whole run.
///
/// - Parameters:
///   - limit: How long to look at most; far more than it takes on a machine that is busy with everything else. It is longer where this task
///     seldom gets a turn: time in which nobody looked says nothing.
///   - fileID: Where it is waited, for the error.
///   - line: Where it is waited, for the error.
///   - condition: Whether it is so.
/// - Throws: ``WaitedInVain`` after the limit, `CancellationError`, and what `condition` throws.
package func eventually(
    within limit: Duration = .seconds(100),
    fileID: String = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var looks = 0
    while try await !condition() {
        looks += 1
        guard ContinuousClock.now < deadline || looks < 500 else {
            throw WaitedInVain(place: "\(fileID):\(line)", limit: limit)
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// What a test waited for did not come true.
package struct WaitedInVain: Error, CustomStringConvertible {
    let place: String
    let limit: Duration

    /// A sentence for the one who reads the test's outcome.
    package var description: String { "what is waited for at \(place) did not come true within \(limit)" }
}
