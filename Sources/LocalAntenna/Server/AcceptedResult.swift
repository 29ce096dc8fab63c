/// A result that was saved, as `onResult` gets it.
package struct AcceptedResult: Sendable {
    /// The task it was saved for.
    package let task: TaskRecord
    /// Where the task's image comes from.
    package let image: ImageSource
    /// The result, parsed, with its JSON.
    package let result: SubmittedResult
}
