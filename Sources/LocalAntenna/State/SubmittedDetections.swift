/// The body of a successful result.
package struct SubmittedDetections: Sendable {
    /// Slug of the pipeline that ran.
    package let pipeline: String
    /// Ids of the images it ran on.
    package let sourceImageIDs: [String]
    /// The detections.
    package let detections: [SubmittedDetection]
}
