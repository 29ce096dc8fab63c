/// The rights of a token's user on a job.
package struct AntennaJobRights: Sendable, Hashable {
    /// Whether its tasks may be taken.
    package let mayTakeTasks: Bool
    /// Whether its results may be posted.
    package let mayPostResults: Bool
}
