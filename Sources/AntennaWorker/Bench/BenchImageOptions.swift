import ArgumentParser
import Lab

/// Which images are measured with.
struct BenchImageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder of images; generated scenes of 4096 × 2160 when left out.",
            valueName: "folder"
        )
    )
    var images: String?
    @Option(help: "Images in a run, going round and round those that are there.") var count = 60

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count is more than 0.") }
    }

    /// Lends the images as files and in memory.
    ///
    /// - Throws: As ``BenchImages/lend(folder:count:_:)``.
    func withImages(_ body: (BenchImages) async throws -> Void) async throws {
        try await BenchImages.lend(folder: images, count: count, body)
    }
}
