import Foundation
import Telemetry

/// The time of a processor that one decoding has left; confined to the thread that made it.
struct DecodingClock {
    private let limits: DecodingLimits
    private let deadline: Int64
    private let operation: OperationName

    init(_ limits: DecodingLimits, operation: OperationName) {
        self.limits = limits
        self.operation = operation
        let (deadline, overflow) = Self.now().addingReportingOverflow(limits.processorTime.nanoseconds)
        self.deadline = overflow ? .max : deadline
    }

    /// - Throws: `ImagingError` with `.tooMuchWork` once the time is over.
    func check() throws(ImagingError) {
        guard Self.now() <= deadline else { throw limits.outOfTime(operation: operation) }
    }

    private static func now() -> Int64 {
        var time = timespec()
        guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
