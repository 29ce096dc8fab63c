/// For commands whose source is given: the pipelines alone.
package enum PipelineFlag: FlagSelection {
    package static var settings: [any AnySetting] { [WorkSettings().pipelines] }
}
