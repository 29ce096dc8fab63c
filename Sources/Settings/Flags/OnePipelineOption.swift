import ArgumentParser

/// Which one pipeline to work with.
package struct OnePipelineOption: ParsableArguments, FlagSource {
    @Option(
        help: ArgumentHelp(
            "The pipeline; may be left out where the models folder holds only one.",
            valueName: "slug"
        )
    )
    private var pipeline: String?

    package init() {}

    package func collect(into values: inout FlagValues) {
        if let pipeline { values.set(WorkSettings().pipelines, pipeline) }
    }
}
