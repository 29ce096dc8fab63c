package import Telemetry

/// What getting images took, and how far tasks are: what every role that fetches counts.
package final class ImageStatistics: Sendable {
    /// How many tasks are in each part of the way.
    package let progress = WorkProgress()
    /// Durations of every stage; those of inference are an image's share of its batch's.
    package let stages = StageStatistics()
    /// Images of which a part could be decoded, and was.
    package let damagedImages = WorkMetrics.damagedImages.tally()

    /// Starts at zero.
    package init() {}
}
