import Foundation
import Worker

/// Another program that is measured in turn with ours: it prints the seconds that its work took.
struct BenchProgram {
    let path: String
    let arguments: [String]
    /// Added to this process's environment.
    let environment: [String: String]

    /// Its name in the report.
    var name: String { URL(filePath: path).lastPathComponent }

    /// Runs it to its end.
    ///
    /// - Parameter count: How many things it does.
    /// - Returns: Its time, and all the processor time of its process.
    /// - Throws: `CommandFailure` when it cannot be started, fails, or prints no number.
    func run(count: Int) async throws -> BenchSample {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        let before = ProcessUsage.endedChildren.cpuSeconds
        let program: LeashedProcess
        do {
            program = try LeashedProcess(process)
        } catch {
            throw CommandFailure("\(path) cannot be started: \(error.localizedDescription)")
        }
        let text = try String(decoding: output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let status = program.waitUntilExit()
        guard status == 0, let seconds = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw CommandFailure("\(path) failed with status \(status): \(text)")
        }
        return BenchSample(count: count, seconds: seconds, cpuSeconds: ProcessUsage.endedChildren.cpuSeconds - before)
    }
}
