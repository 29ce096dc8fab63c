/// Names a task among all jobs: servers use an image's number as the task's id, and the same image can be in two jobs.
package struct TaskKey: Sendable, Hashable {
    /// The job.
    package let jobID: Int?
    /// The task's id.
    package let taskID: String

    package init(jobID: Int?, taskID: String) {
        self.jobID = jobID
        self.taskID = taskID
    }

    /// The name of a task.
    package init(_ task: ImageTask) {
        self.init(jobID: task.jobID, taskID: task.id)
    }
}
