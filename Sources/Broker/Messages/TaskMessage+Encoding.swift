import JSON
package import Pipeline
package import Transport

extension TaskMessage {
    /// The message that puts a task into a queue.
    ///
    /// - Parameters:
    ///   - task: The task. One without a reply subject is answered at `replyTo`.
    ///   - replyTo: The property of that name.
    ///   - correlationID: Comes back with the result.
    /// - Returns: A persistent message whose id is the task's.
    package static func encode(
        _ task: ImageTask,
        replyTo: String? = nil,
        correlationID: String? = nil
    ) -> AMQPMessage {
        var writer = JSONWriter(capacity: 256 + task.imageURL.utf8.count)
        writer.object { writer in
            writer.key("id")
            writer.string(task.id)
            writer.key("image_id")
            writer.string(task.imageID)
            writer.key("image_url")
            writer.string(task.imageURL)
            if !task.replySubject.isEmpty {
                writer.key("reply_subject")
                writer.string(task.replySubject)
            }
            writer.key("pipeline")
            writer.string(task.pipeline)
            if let jobID = task.jobID {
                writer.key("job_id")
                writer.integer(jobID)
            }
            if let detections = task.detections {
                writer.key("detections")
                detections.write(to: &writer)
            }
            if let configuration = task.configuration {
                writer.key("config")
                configuration.write(to: &writer)
            }
        }
        return AMQPMessage(
            body: writer.finish(),
            messageID: task.id,
            correlationID: correlationID,
            contentType: "application/json",
            replyTo: replyTo,
            headers: task.traceparent.map { ["traceparent": .string($0)] } ?? [:]
        )
    }
}
