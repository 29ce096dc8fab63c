import Pipeline

/// A job that has tasks for one of our pipelines.
package struct AntennaJob: Sendable, Hashable {
    /// The job's number.
    package let id: Int
    /// The slug of the pipeline that analyses its images.
    package let pipeline: String
    /// Whether the server's list says that we may take its tasks and post their results; nil when it says nothing.
    ///
    /// A hint only: superusers may do what is not listed.
    package let seemsPermitted: Bool?

    package init(id: Int, pipeline: String, seemsPermitted: Bool? = nil) {
        self.id = id
        self.pipeline = pipeline
        self.seemsPermitted = seemsPermitted
    }

    /// The job of a task; nil when the task names none.
    init?(of task: ImageTask) {
        guard let id = task.jobID else { return nil }
        self.init(id: id, pipeline: task.pipeline)
    }
}
