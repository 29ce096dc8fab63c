/// A result on its way to Antenna.
package struct OutgoingResult: Sendable, Equatable {
    /// The job the task belongs to.
    package let jobID: Int
    /// The subject that names the task's delivery.
    package let replySubject: String
    /// The task's id, to recognise it by.
    package let taskID: String
    /// The result object, UTF-8 JSON.
    package let json: [UInt8]

    package init(jobID: Int, replySubject: String, taskID: String, json: [UInt8]) {
        self.jobID = jobID
        self.replySubject = replySubject
        self.taskID = taskID
        self.json = json
    }
}
