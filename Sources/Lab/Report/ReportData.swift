import Imaging

/// Everything that a report shows.
package struct ReportData: Sendable {
    /// One box on an image.
    struct Box: Sendable, Equatable {
        /// The corners in pixels of the full-size image.
        var x1: Double
        var y1: Double
        var x2: Double
        var y2: Double
        /// The answer of the classifier.
        var label: String
        /// Its score, 0…1; nil for a detector alone.
        var score: Double?
    }

    /// One image with what was found on it.
    package struct Image: Sendable {
        /// Its name in the report.
        var name: String
        /// A picture of it; nil when there is none to show.
        var picture: Thumbnail?
        /// The detections.
        var boxes: [Box] = []
        /// Why there is no result; nil for a success.
        var error: String?
    }

    /// The time that one stage took.
    struct Stage: Sendable {
        /// Its name in the report.
        var name: String
        /// Whether the images wait in it, rather than being worked on.
        var isWaiting = false
        /// How many images went through.
        var count: Int
        /// The median in seconds.
        var p50Seconds: Double
        /// The 99th percentile in seconds.
        var p99Seconds: Double
        /// The sum over all images in seconds; stages overlap, so the sums add up to more than the run.
        var totalSeconds: Double
    }

    /// A name and its value, for the lists at the end.
    struct Fact: Sendable {
        var name: String
        var value: String
    }

    /// The headline.
    var title = "antenna-worker demo"
    /// The slug of the pipeline that ran.
    var pipeline: String
    /// One sentence about the models: what they are, and what they are not.
    var note = ""
    /// Start of the run, as it shall be read.
    var date = ""
    /// From the first task to the last result, in seconds.
    var elapsedSeconds: Double
    /// The images, in the order of the tasks; those that are not to be shown may be left out.
    var images: [Image]
    /// Images processed when not all are in `images`; nil counts those.
    var imageCount: Int?
    /// The stages on an image's way.
    var stages: [Stage] = []
    /// The settings that were in effect; secrets redacted by the caller.
    var settings: [Fact] = []
    /// The machine it ran on.
    var machine: [Fact] = []
}
