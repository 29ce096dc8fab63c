import Foundation
import Worker

/// A local Antenna in a process of its own, so that its work is not counted as the worker's.
final class BenchServer {
    /// The address of the API, without a slash at its end.
    let baseURL: String
    private let process: LeashedProcess

    /// Starts one job of `count` tasks over the images and waits until it listens.
    ///
    /// - Parameters:
    ///   - images: What the tasks go round.
    ///   - pipeline: The slug of the job's pipeline.
    /// - Throws: `CommandFailure` when it does not start.
    init(_ images: BenchImages, pipeline: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["serve", "--port", "0", "--pipeline", pipeline, "--tasks", "\(images.count)", "--log-level", "warning"]
            + images.files.map(\.path)
        process.standardOutput = output
        let server: LeashedProcess
        do {
            server = try LeashedProcess(process)
        } catch {
            throw CommandFailure("The local Antenna cannot be started: \(error.localizedDescription)")
        }
        self.process = server
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let address = line.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("http://") }) else {
            server.terminate()
            server.waitUntilExit()
            throw CommandFailure("The local Antenna did not start.")
        }
        baseURL = String(address)
    }

    /// Ends it.
    func stop() {
        process.interrupt()
        process.waitUntilExit()
    }

    /// The address of the image of the task at a position.
    ///
    /// The local Antenna counts images from 1001, so that they are not mistaken for tasks.
    func imageURL(_ image: BenchImages.Image, at index: Int) -> String {
        "\(baseURL.dropLast("/api/v2".count))/images/\(1_001 + index)/\(image.name)"
    }
}
