/// How long the parts of an analysis took.
package struct PipelineTimes: Sendable {
    /// Resampling the images into the detector's input.
    package var prepare: Duration = .zero
    /// The detector's run and its boxes.
    package var detect: Duration = .zero
    /// Filter and classifier, crops included.
    package var classify: Duration = .zero
    /// The share of `detect` and `classify` that was spent inside the runtime.
    package var runtime: Duration = .zero

    /// Starts with no time.
    package init() {}
}
