import Foundation
import LocalAntenna
import TestSupport

extension RunningProgram {
    /// A worker that takes tasks of the demo pipeline from a local Antenna.
    init(antenna: LocalAntennaServer, scratch: URL, arguments: [String] = []) throws {
        try self.init(
            [
                "run", "--base-url", antenna.baseURL, "--pipeline", "demo", "--models", PackagePaths.models,
                "--spool", scratch.appending(path: "spool").path, "--log-level", "info",
            ] + arguments,
            scratch: scratch
        )
    }
}
