import Foundation
import Telemetry

/// The system's figures of this process.
struct ProcessFigures: Sendable, Equatable {
    /// When the process started, near enough: when this was first asked.
    static let startedAt = Date()

    /// Resident memory in bytes; nil where the system does not tell.
    static var residentBytes: Int? {
        // The second number is the resident pages.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Open file descriptors; nil where the system does not tell.
    static var openDescriptors: Int? {
        // The folder itself is open while it is read.
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count).map { $0 - 1 }
    }

    /// The most descriptors the process may open.
    static var maximumDescriptors: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// All of it, for a scrape.
    static func samples() -> [MetricSample] {
        var samples = [
            ProcessMetrics.maxDescriptors.sample(maximumDescriptors),
            ProcessMetrics.cpuSeconds.sample(ProcessUsage.current.cpuSeconds),
            ProcessMetrics.startTime.sample(startedAt.timeIntervalSince1970),
            ProcessMetrics.droppedOutput.sample(Output.standard.dropped, "stdout"),
            ProcessMetrics.droppedOutput.sample(Output.error.dropped, "stderr"),
        ]
        if let bytes = residentBytes { samples.append(ProcessMetrics.residentBytes.sample(bytes)) }
        if let count = openDescriptors { samples.append(ProcessMetrics.openDescriptors.sample(count)) }
        return samples
    }
}
