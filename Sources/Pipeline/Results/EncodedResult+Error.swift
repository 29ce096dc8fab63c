import JSON

extension EncodedResult {
    /// The error result of a task.
    ///
    /// It always names the image: without `image_id` the server takes the task off its queue and the image stays pending for ever.
    ///
    /// - Parameters:
    ///   - message: A sentence for people, without secrets.
    ///   - task: The task that cannot be done.
    /// - Returns: `{"error":…,"image_id":…}`.
    package static func error(_ message: String, for task: ImageTask) -> EncodedResult {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("error")
            writer.string(message)
            writer.key("image_id")
            writer.string(task.imageID)
        }
        return EncodedResult(taskID: task.id, json: writer.finish(), isError: true)
    }
}
