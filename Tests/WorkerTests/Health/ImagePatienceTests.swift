import Settings
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@testable import Worker

@Suite("How long an image may take before it counts as stuck")
struct ImagePatienceTests {
    /// Draws the longest wait every time.
    private struct Unlucky: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test(
        "at least as long as every attempt takes with every wait in between, whatever the host asks for",
        arguments: [0, 1, 3, 10]
    )
    func longest(retries: Int) throws {
        let flags = ["--image-retries", "\(retries)", "--image-timeout", "7"]
        let settings = try ScratchFolder().resolve(flags: flags).settings.images
        for retryAfter in [nil, Duration.seconds(86_400)] {
            var schedule = RetrySchedule(settings.retryPolicy)
            var generator = Unlucky()
            var attempts = 0
            var spent = Duration.zero
            while attempts < 1_000 {
                attempts += 1
                spent += settings.totalTimeout
                let decision = schedule.next(after: .status(503, retryAfter: retryAfter), using: &generator)
                guard case .retry(let wait) = decision else { break }
                spent += wait
            }
            #expect(attempts == retries + 1)
            #expect(spent <= settings.longestFetch, "\(String(describing: retryAfter))")
        }
    }
}
