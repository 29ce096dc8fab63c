/// What the report says of the run beside its images.
package struct ReportSummary: Sendable {
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
    var title = "Demo"
    /// The slug of the pipeline that ran.
    var pipeline: String
    /// One sentence about the models: what they are, and what they are not.
    var note = ""
    /// When it was made, as it shall be read.
    var date = ""
    /// From the first task to the last result, in seconds.
    var elapsedSeconds: Double
    /// The stages on an image's way.
    var stages: [Stage] = []
    /// The settings that were in effect; secrets redacted by the caller.
    var settings: [Fact] = []
    /// The machine it ran on.
    var machine: [Fact] = []
}
