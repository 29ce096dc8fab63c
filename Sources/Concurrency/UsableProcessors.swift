import Foundation

/// The processors this process may use.
///
/// A container that is given two of 64 cores still sees 64: a quota only says how much time they may have together. Threads for
/// all of them would share the time of two, and spend some of it on waiting for each other.
package struct UsableProcessors: Sendable, Equatable {
    /// Processors the system shows, as far as affinity and quota allow, at least one.
    package let count: Int
    /// The same without counting those that share a core with another, at least one.
    package let cores: Int

    /// Makes a count.
    package init(count: Int, cores: Int) {
        self.count = max(1, count)
        self.cores = max(1, min(cores, self.count))
    }

    /// The number for this process, now.
    package static func current() -> UsableProcessors {
        UsableProcessors { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
            ?? UsableProcessors(
                count: ProcessInfo.processInfo.activeProcessorCount,
                cores: ProcessInfo.processInfo.activeProcessorCount
            )
    }

    /// Reads what Linux says in `/proc` and `/sys`; nil where it says nothing.
    ///
    /// - Parameter read: Gives the text of a file, or nil.
    init?(read: (String) -> String?) {
        let status = read("/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        guard let line, let allowed = Self.numbers(in: line.drop { $0 != ":" }.dropFirst()) else { return nil }
        let cores = Set(
            allowed.map { read("/sys/devices/system/cpu/cpu\($0)/topology/thread_siblings_list") ?? "\($0)" }
        )
        let quota = Self.quota(read) ?? .infinity
        self.init(
            count: Int(min(Double(allowed.count), quota.rounded(.up))),
            cores: Int(min(Double(cores.count), quota.rounded(.up)))
        )
    }

    /// `0-3,8` as 0, 1, 2, 3, 8; nil for anything else.
    private static func numbers(in list: Substring) -> [Int]? {
        var numbers: [Int] = []
        for part in list.filter({ !$0.isWhitespace }).split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last - first < 65_536 else { return nil }
            numbers += first...last
        }
        return numbers.isEmpty ? nil : numbers
    }

    /// The least share of processors that the process's control group (version 2) or one above it may use.
    private static func quota(_ read: (String) -> String?) -> Double? {
        let groups = (read("/proc/self/cgroup") ?? "").split(separator: "\n")
        guard let own = groups.first(where: { $0.hasPrefix("0::/") })?.dropFirst("0::".count) else { return nil }
        var names = own.split(separator: "/")
        var least: Double?
        while true {
            let folder = (["/sys/fs/cgroup"] + names.map(String.init)).joined(separator: "/")
            if let share = share(in: read("\(folder)/cpu.max")) { least = min(least ?? share, share) }
            if names.popLast() == nil { return least }
        }
    }

    /// `150000 100000` as 1.5; nil for `max 100000`.
    private static func share(in text: String?) -> Double? {
        let parts = (text ?? "").split { $0.isWhitespace }.map { Double($0) }
        guard parts.count == 2, let quota = parts[0], let period = parts[1], quota > 0, period > 0 else { return nil }
        return quota / period
    }
}
