import Foundation
import LocalAntenna
import TestSupport

/// The built executable, run as a user would.
struct WorkerProcess {
    let child: ChildProcess
    private let output: URL

    init(antenna: LocalAntennaServer, scratch: URL, arguments: [String] = []) throws {
        try self.init(
            scratch: scratch,
            arguments: [
                "run", "--base-url", antenna.baseURL, "--pipeline", "demo", "--models", PackagePaths.models,
                "--spool", scratch.appending(path: "spool").path, "--log-level", "info",
            ] + arguments
        )
    }

    init(scratch: URL, arguments: [String], environment: [String: String] = [:]) throws {
        output = scratch.appending(path: "\(UUID().uuidString).log")
        child = try ChildProcess(
            executable: PackagePaths.executable,
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: output,
            scratch: scratch
        )
    }

    var log: String {
        (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    }
}
