/// How a lease ends.
package enum Settlement: Sendable {
    /// The task has a result, good or bad; it is published, and then the task is acknowledged.
    case completed(EncodedResult)
    /// The task was not done and is given back to be done again.
    case retry(reason: String)
}
