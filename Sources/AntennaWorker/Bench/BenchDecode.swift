import ArgumentParser
import Lab

/// Decoding, held against libjpeg-turbo alone.
struct BenchDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measure decoding into pooled memory beside libjpeg-turbo alone.",
        discussion: """
            Decodes images that are in memory with all cores, as the worker does: header first, pooled buffers, a pool of threads. In \
            turn with it libjpeg-turbo decodes the same images to RGB with nothing around it, one buffer and one thread a core. \
            The worker leaves most JPEGs in planes of YCbCr, which is less work: what is left of it is a part of resampling.

            Example: antenna-worker bench decode --images ~/trap-images --runs 5
            """
    )

    @OptionGroup var images: BenchImageOptions
    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await images.withImages { try await DecodeBenchmark(plan: options.plan).run($0) }
    }
}
