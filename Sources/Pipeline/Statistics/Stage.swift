/// A part of an image's way through the worker that is timed by itself.
///
/// Waiting and working are kept apart, so that the figures tell where the time goes and what to add more of.
package enum Stage: Int, Sendable, CaseIterable {
    /// Taken from the source, waiting for its turn.
    case queue
    /// Fetching the image, waiting for a connection included.
    case fetch
    /// Waiting for memory to decode into, and for a decoding thread.
    case admit
    /// Decoding.
    case decode
    /// Waiting for others of the same localization size, and for an engine.
    case batchWait
    /// Resampling into the detector's input; an image's share of its batch's time.
    case prepare
    /// The detector; an image's share of its batch's time.
    case detect
    /// The binary filter and the classifier, crops included; an image's share of its batch's time.
    case classify
    /// Writing the result's JSON.
    case encode
    /// Publishing the result and acknowledging the task.
    case publish

    /// The name in metrics and reports: words with underscores.
    package var name: String {
        self == .batchWait ? "batch_wait" : "\(self)"
    }
}
