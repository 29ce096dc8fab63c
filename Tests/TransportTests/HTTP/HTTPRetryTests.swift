import Concurrency
import Synchronization
import Telemetry
import Testing

@testable import Transport

@Suite("Retries")
struct HTTPRetryTests {
    @Test(
        "Retry-After in seconds and in the three forms of an HTTP-date",
        arguments: [
            ("0", 0), ("120", 120), (" 7\t", 7), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
            ("Sun, 06 Nov 1994 08:48:00 GMT", 0),
        ]
    )
    func retryAfter(_ value: String, _ expected: Int) {
        #expect(RetryAfter.parse(value, now: 784_111_740) == .seconds(expected))
    }

    @Test(
        "Anything else is no Retry-After",
        arguments: ["", " ", "-5", "1.5", "soon", "12 s", "12s", "Sun, 99 Foo 1994 08:49:37 GMT", "0x10", "１２", "Sun"]
    )
    func garbage(_ value: String) {
        #expect(RetryAfter.parse(value, now: 0) == nil)
    }

    @Test("A huge Retry-After does not overflow", arguments: ["999999999999999999999999999", "9223372036854775807"])
    func huge(_ value: String) {
        #expect(RetryAfter.parse(value, now: 0) == .seconds(100 * 366 * 86_400))
    }

    @Test("The bound of the wait doubles up to its cap, and the wait is drawn from zero on")
    func backOff() {
        let policy = RetryPolicy(
            maximumAttempts: 6,
            initialDelay: .milliseconds(500),
            maximumDelay: .seconds(3),
            maximumRetryAfter: .seconds(60)
        )
        #expect(delays(policy, generator: Constant(.max)) == [500, 1000, 2000, 3000, 3000])
        #expect(delays(policy, generator: Constant(0)) == [0, 0, 0, 0, 0])
    }

    @Test("Very many attempts do not overflow")
    func manyAttempts() {
        let policy = RetryPolicy(maximumAttempts: 200, initialDelay: .seconds(1000), maximumDelay: .seconds(5000))
        #expect(delays(policy, generator: Constant(.max)).last == 5_000_000)
    }

    @Test("Retry-After is a lower bound, capped, with jitter on top")
    func serverAsks() {
        var schedule = RetrySchedule(RetryPolicy(maximumRetryAfter: .seconds(60)))
        var low = Constant(0)
        var high = Constant(.max)
        #expect(schedule.next(after: .status(429, retryAfter: .seconds(5)), using: &low) == .retry(after: .seconds(5)))
        let capped = schedule.next(after: .status(503, retryAfter: .seconds(9999)), using: &high)
        #expect(capped == .retry(after: .milliseconds(60_500)))
    }

    @Test(
        "Good answers, permanent answers and permanent failures end it",
        arguments: [200, 204, 301, 400, 401, 404, 501]
    )
    func permanent(_ status: Int) {
        var schedule = RetrySchedule(RetryPolicy())
        var generator = Constant(0)
        #expect(schedule.next(after: .status(status, retryAfter: .seconds(1)), using: &generator) == .stop)
        let failure = TransportError(.forbiddenAddress, operation: "test", message: "no")
        #expect(schedule.next(after: .failure(failure), using: &generator) == .stop)
    }

    @Test("The last outcome stands when the attempts are used up")
    func usedUp() async throws {
        var generator = Constant(0)
        let clock = RecordingClock()
        let attempts = Mutex(0)
        let response = try await retrying(
            RetryPolicy(maximumAttempts: 3),
            operation: "test",
            clock: WaitClock(clock),
            using: &generator
        ) { () async throws(TransportError) in
            attempts.withLock { $0 += 1 }
            return answer(503, retryAfter: "2")
        }
        #expect(response.status == 503)
        #expect(attempts.withLock { $0 } == 3)
        #expect(clock.waits == [.seconds(2), .seconds(2)])
    }

    @Test("A failure that passes is forgotten")
    func passes() async throws {
        var generator = Constant(0)
        let attempts = Mutex(0)
        let response = try await retrying(
            RetryPolicy(),
            operation: "test",
            clock: WaitClock(RecordingClock()),
            using: &generator
        ) { () async throws(TransportError) in
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            guard attempt > 1 else { throw TransportError(.refused, operation: "test", message: "refused") }
            return answer(200)
        }
        #expect(response.status == 200)
        #expect(attempts.withLock { $0 } == 2)
    }

    @Test("A cancelled wait is reported as cancelled")
    func cancelledWait() async {
        var generator = Constant(0)
        let error = await #expect(throws: TransportError.self) {
            _ = try await retrying(
                RetryPolicy(),
                operation: "test",
                clock: WaitClock(RecordingClock(isCancelled: true)),
                using: &generator
            ) { () async throws(TransportError) in answer(503) }
        }
        #expect(error?.code == .cancelled)
    }

    private func delays(_ policy: RetryPolicy, generator: Constant) -> [Int] {
        var schedule = RetrySchedule(policy)
        var generator = generator
        var delays: [Int] = []
        let failure = TransportError(.timedOut, operation: "test", message: "late")
        while case .retry(let delay) = schedule.next(after: .failure(failure), using: &generator) {
            delays.append(milliseconds(delay))
        }
        return delays
    }

    private func answer(_ status: Int, retryAfter: String? = nil) -> HTTPResponse {
        var headers: HTTPHeaders = [:]
        headers["Retry-After"] = retryAfter
        return HTTPResponse(
            status: status,
            headers: headers,
            body: [],
            effectiveURL: "http://test/",
            redirectCount: 0
        )
    }
}

/// Always draws the same bits.
private struct Constant: RandomNumberGenerator {
    let bits: UInt64

    init(_ bits: UInt64) {
        self.bits = bits
    }

    mutating func next() -> UInt64 { bits }
}

/// Notes what it is asked to wait for, and does not wait.
private final class RecordingClock: Clock {
    typealias Instant = ContinuousClock.Instant
    typealias Duration = Swift.Duration

    private let recorded = Mutex<[Swift.Duration]>([])
    private let origin = ContinuousClock.now
    private let isCancelled: Bool

    init(isCancelled: Bool = false) {
        self.isCancelled = isCancelled
    }

    var waits: [Swift.Duration] { recorded.withLock { $0 } }
    var now: Instant { origin }
    var minimumResolution: Swift.Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        if isCancelled { throw CancellationError() }
        recorded.withLock { $0.append(origin.duration(to: deadline)) }
    }
}
