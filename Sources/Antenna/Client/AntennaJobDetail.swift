/// A job as the server shows it: whose it is, and how far it is.
package struct AntennaJobDetail: Sendable, Hashable {
    /// The project the job belongs to; nil where the server does not say.
    package var projectID: Int?
    /// Images whose results are saved, failed ones included; nil where the server does not say.
    package var saved: Int?
    /// Images of the job; nil where the server does not say.
    package var images: Int?
    /// The latest error in the job's log, cut to a line.
    package var latestError: String?
}
