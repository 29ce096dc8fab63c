import ArgumentParser

/// The measurements, each with figures that anybody can repeat.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the parts of the worker, and the whole.",
        discussion: """
            Each measurement is run several times after runs that warm up; what is printed are medians, with the least and the most. \
            The machine should have nothing else to do. --json keeps the figures, and 'bench compare' sets two files beside each other.

            Example: antenna-worker bench decode --images ~/trap-images --json before.json
            """,
        subcommands: [
            BenchDecode.self, BenchFetch.self, BenchCache.self, BenchBroker.self, BenchScale.self, BenchInfer.self,
            BenchEndToEnd.self, BenchLane.self, BenchCompare.self, BenchScaleProcess.self,
        ]
    )
}
