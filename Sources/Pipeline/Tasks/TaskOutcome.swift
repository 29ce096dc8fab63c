/// How a task ended here.
package enum TaskOutcome: Sendable, Hashable {
    /// Answered with detections, none included.
    case succeeded
    /// Answered with an error result.
    case failed
    /// Passed on to the workers that infer.
    case passedOn
    /// Given back to be done again.
    case givenBack
}
