package import Inference

/// One run of a batch on a device.
package struct BatchRun: Sendable {
    /// How many images were in it.
    package let images: Int
    /// When it set out.
    package let began: ContinuousClock.Instant
    /// When it was back.
    package let ended: ContinuousClock.Instant
    /// The times of all its images together.
    package let times: PipelineTimes

    /// The times of one of its images.
    package var share: PipelineTimes {
        var share = times
        share.prepare /= images
        share.detect /= images
        share.classify /= images
        share.runtime /= images
        return share
    }
}
