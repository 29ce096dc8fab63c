package import Concurrency

/// One image to process, as queued by Antenna: the unit of work of every source.
package struct ImageTask: Sendable, Hashable {
    /// The task's id, unique within Antenna; results carry it as their message id.
    package var id: String
    /// The image's database id; Antenna wants a whole number written as a string.
    package var imageID: String
    /// Where the image is fetched from, not validated: the fetch stage says what is wrong with it.
    package var imageURL: String
    /// Where the result goes; a REST result repeats it to name its task.
    package var replySubject: String
    /// The slug of the pipeline that analyses the image.
    package var pipeline: String
    /// The Antenna job the task belongs to.
    package var jobID: Int?
    /// W3C trace context, passed on from the task's message to the result's.
    package var traceparent: String?
    /// Detections made before; nil where detecting is this worker's part.
    package var detections: GivenDetections?
    /// The settings of its analysis; nil where those of the pipeline hold.
    package var configuration: TaskConfiguration?
    /// Whether somebody waits for the result; it is not written into the task's message, but says which queue that goes to.
    package var lane: Lane

    package init(
        id: String,
        imageID: String,
        imageURL: String,
        replySubject: String,
        pipeline: String,
        jobID: Int? = nil,
        traceparent: String? = nil,
        detections: GivenDetections? = nil,
        configuration: TaskConfiguration? = nil,
        lane: Lane = .batch
    ) {
        self.id = id
        self.imageID = imageID
        self.imageURL = imageURL
        self.replySubject = replySubject
        self.pipeline = pipeline
        self.jobID = jobID
        self.traceparent = traceparent
        self.detections = detections
        self.configuration = configuration
        self.lane = lane
    }
}

extension ImageTask {
    /// Why it cannot be done as it is asked for, the text of its error result; nil when it can.
    package var refusal: String? {
        if case .refused(let sentence)? = detections { return sentence }
        if case .refused(let sentence)? = configuration { return sentence }
        return nil
    }

    /// The settings it asks for; nil when it says nothing, or cannot be done.
    package var options: TaskOptions? {
        if case .options(let options)? = configuration { options } else { nil }
    }
}
