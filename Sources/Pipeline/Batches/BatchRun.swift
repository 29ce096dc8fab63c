package import Inference

/// One run of a batch on a device.
package struct BatchRun: Sendable {
    /// How many images were in it.
    package let images: Int
    /// When it set out.
    package let began: ContinuousClock.Instant
    /// When it was back.
    package let ended: ContinuousClock.Instant
    /// What all its images took together.
    package let times: PipelineTimes

    /// What one of its images took.
    package var share: PipelineTimes {
        var share = times
        share.prepare /= images
        share.detect /= images
        share.classify /= images
        share.runtime /= images
        return share
    }
}
