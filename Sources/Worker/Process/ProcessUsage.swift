import Foundation

/// The processor time and memory that a process has used up to now.
package struct ProcessUsage {
    /// Processor time of all threads, in user and system mode, in seconds.
    package let cpuSeconds: Double
    /// The most memory it has had at once, in bytes.
    package let peakResidentBytes: Int

    /// This process, without its children.
    package static var current: ProcessUsage { ProcessUsage(RUSAGE_SELF.rawValue) }

    /// All children that have ended and were waited for; the memory is that of the largest.
    package static var endedChildren: ProcessUsage { ProcessUsage(RUSAGE_CHILDREN.rawValue) }

    private init(_ who: __rusage_who.RawValue) {
        var usage = rusage()
        getrusage(who, &usage)
        cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        // Linux counts in KiB.
        peakResidentBytes = usage.ru_maxrss << 10
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
    }
}
