/// A job as the server shows it: whose it is, and how far it is.
package struct AntennaJobDetail: Sendable, Hashable {
    /// The way of dispatch of the jobs that hand out tasks over this API.
    package static let dispatchForWorkers = "async_api"

    /// The name for people; nil where the server does not say.
    package var name: String?
    /// The slug of its pipeline; nil where there is none, or the server does not say.
    package var pipeline: String?
    /// How its images reach whoever analyses them; nil where the server does not say.
    package var dispatchMode: String?
    /// The word for its state, such as `STARTED`; nil where the server does not say.
    package var status: String?
    /// The project the job belongs to; nil where the server does not say.
    package var projectID: Int?
    /// Images whose results are saved, failed ones included; nil where the server does not say.
    package var saved: Int?
    /// Images of the job; nil where the server does not say.
    package var images: Int?
    /// Images that are not analysed yet; nil where the server does not say.
    package var remaining: Int?
    /// Images that ended in an error; nil where the server does not say.
    package var failed: Int?
    /// The latest error in the job's log, cut to a line.
    package var latestError: String?
}
